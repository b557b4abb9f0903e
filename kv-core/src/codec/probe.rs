//! The probes with which derived code finds out at compile time whether a type is `Serialize`.

use super::write::{WriteJson, write_json};
use crate::schema::KvType;
use serde::Serialize;
use std::any::Any;
use std::marker::PhantomData;

/// A [`WriteJson`], as the `KvType` of kv-schema returns it, which does not know `serde_json`.
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

/// Called in the same way for the default of a field.
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
