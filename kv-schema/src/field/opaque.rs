//! Opaque fields, whose type does not describe their wire form, and their heap size.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Shape, TypeSchema};
use std::marker::PhantomData;

/// The type in the schema of a field with `#[kv(opaque)]`, which can be any JSON. It has no values.
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

/// A function that returns the heap size of a value; `None` if it is unknown for the type.
pub type HeapSize<T> = Option<fn(&T) -> usize>;

/// Provides `SIZE` through [`KvField`]. For types that do not implement it, `SIZE` comes from
/// [`Unmeasured`].
#[derive(Debug)]
pub struct ByField<T>(PhantomData<T>);

impl<T: KvField> ByField<T> {
    /// The function of the type's implementation.
    pub const SIZE: HeapSize<T> = Some(T::heap_size);
}

/// Provides `SIZE` through `serde::Serialize`. For types that do not implement it, `SIZE` comes
/// from [`Unmeasured`].
#[derive(Debug)]
pub struct BySerialize<T>(PhantomData<T>);

#[cfg(feature = "serde")]
impl<T: serde::Serialize> BySerialize<T> {
    /// The estimate through `serde::Serialize`.
    pub const SIZE: HeapSize<T> = Some(super::estimate::heap_size::<T>);
}

/// Provides `SIZE` for types without an inherent constant, which the compiler prefers.
pub trait Unmeasured<T> {
    /// Always `None`.
    const SIZE: HeapSize<T> = None;
}

impl<T> Unmeasured<T> for ByField<T> {}
impl<T> Unmeasured<T> for BySerialize<T> {}

/// Returns `by_field`, or `by_serialize` if it is `None`.
pub const fn first<T>(by_field: HeapSize<T>, by_serialize: HeapSize<T>) -> HeapSize<T> {
    if by_field.is_some() { by_field } else { by_serialize }
}

/// Returns the heap size of a value; 0 if it is unknown.
#[inline]
pub fn measure<T>(size: HeapSize<T>, value: &T) -> usize {
    size.map_or(0, |size| size(value))
}
