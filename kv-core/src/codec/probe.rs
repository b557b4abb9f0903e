//! What the derive asks a type for its codec with.

use crate::schema::KvType;
use serde::Serialize;
use std::any::Any;
use std::marker::PhantomData;

/// How values of `T` are written.
pub struct Codec<T> {
    pub(super) encode: fn(&T) -> Result<String, serde_json::Error>,
}

type AnyCodec = Option<&'static (dyn Any + Send + Sync)>;

/// Asked by reference to a reference: with `T: Serialize` the outer one answers.
pub struct Probe<T>(pub PhantomData<T>);

pub trait IfSerialize {
    fn __kv_codec(&self) -> AnyCodec;
}

impl<T: KvType + Serialize> IfSerialize for &Probe<T> {
    fn __kv_codec(&self) -> AnyCodec {
        Some(const { &Codec::<T> { encode: |value| serde_json::to_string(value) } })
    }
}

pub trait Otherwise {
    fn __kv_codec(&self) -> AnyCodec;
}

impl<T> Otherwise for Probe<T> {
    fn __kv_codec(&self) -> AnyCodec {
        None
    }
}

/// Asked in the same way for the default of a field.
pub struct Default<'a, T>(pub &'a T);

pub trait DefaultIfSerialize {
    fn __kv_default(&self) -> Option<String>;
}

impl<T: Serialize> DefaultIfSerialize for &Default<'_, T> {
    fn __kv_default(&self) -> Option<String> {
        serde_json::to_string(self.0).ok()
    }
}

pub trait DefaultOtherwise {
    fn __kv_default(&self) -> Option<String>;
}

impl<T> DefaultOtherwise for Default<'_, T> {
    fn __kv_default(&self) -> Option<String> {
        None
    }
}
