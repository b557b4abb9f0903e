//! Fields whose form on the wire is not described by their type, and the bytes that they own.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Shape, TypeSchema};
use std::marker::PhantomData;

/// The type in the schema of a field with `#[kv(opaque)]`: any JSON. It has no values.
#[derive(Clone, Copy, Debug)]
pub enum Opaque {}

impl KvField for Opaque {
    fn schema() -> &'static TypeSchema {
        std_schema!("Json", [], Shape::Json)
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}

/// A function that measures what a value owns on the heap; `None` where nothing is known of the type.
pub type HeapSize<T> = Option<fn(&T) -> usize>;

/// Answers with the type's own size, if it is a [`KvField`]. For other types, [`Unmeasured`] answers.
#[derive(Debug)]
pub struct ByField<T>(PhantomData<T>);

impl<T: KvField> ByField<T> {
    /// The type's own function.
    pub const SIZE: HeapSize<T> = Some(T::heap_size);
}

/// Answers with an estimate, if the type is `serde::Serialize`. For other types, [`Unmeasured`] answers.
#[derive(Debug)]
pub struct BySerialize<T>(PhantomData<T>);

#[cfg(feature = "serde")]
impl<T: serde::Serialize> BySerialize<T> {
    /// The estimate.
    pub const SIZE: HeapSize<T> = Some(super::estimate::heap_size::<T>);
}

/// The answer for types without an own constant: the compiler prefers that of the type.
pub trait Unmeasured<T> {
    /// Nothing.
    const SIZE: HeapSize<T> = None;
}

impl<T> Unmeasured<T> for ByField<T> {}
impl<T> Unmeasured<T> for BySerialize<T> {}

/// Returns the first function that there is.
pub const fn first<T>(by_field: HeapSize<T>, by_serialize: HeapSize<T>) -> HeapSize<T> {
    if by_field.is_some() { by_field } else { by_serialize }
}

/// Measures a value; one of which nothing is known has no size.
#[inline]
pub fn measure<T>(size: HeapSize<T>, value: &T) -> usize {
    size.map_or(0, |size| size(value))
}
