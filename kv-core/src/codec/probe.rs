//! Probes that show derived code at compile time whether a type implements `Serialize`.

use super::write::{WriteJson, write_json};
use crate::schema::KvType;
use serde::Serialize;
use std::any::Any;
use std::marker::PhantomData;

/// A [`WriteJson`] as `dyn Any`, because `KvType` is in kv-schema, which cannot name the type.
type AnyWriteJson = Option<&'static (dyn Any + Send + Sync)>;

/// Called through two references: if `T: Serialize`, method lookup finds [`IfSerialize`] first.
pub struct SerializeProbe<T>(pub PhantomData<T>);

pub trait IfSerialize {
    fn __kv_codec(&self) -> AnyWriteJson;
}

impl<T: KvType + Serialize> IfSerialize for &SerializeProbe<T> {
    fn __kv_codec(&self) -> AnyWriteJson {
        Some(const { &(write_json::<T> as WriteJson) })
    }
}

pub trait Otherwise {
    fn __kv_codec(&self) -> AnyWriteJson;
}

impl<T> Otherwise for SerializeProbe<T> {
    fn __kv_codec(&self) -> AnyWriteJson {
        None
    }
}

/// Serializes the default of a field. Called through two references, like [`SerializeProbe`].
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
