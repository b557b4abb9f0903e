//! JSON out of values whose type is only known to be stored.
//!
//! Storing asks for no serde trait, so whether a type can be written as JSON is found out where it is derived:
//! there it is concrete, and method lookup prefers [`probe::IfSerialize`] over [`probe::Otherwise`] where both
//! would do.

use crate::schema::KvType;
use std::any::Any;

/// A stored value whose type is not known.
pub(crate) trait Erased: Any + Send + Sync {
    #[cfg(feature = "json")]
    fn json(&self) -> Result<String, JsonError>;
}

impl<T: KvType> Erased for T {
    #[cfg(feature = "json")]
    fn json(&self) -> Result<String, JsonError> {
        let codec = T::__codec().and_then(|codec| codec.downcast_ref::<probe::Codec<T>>());
        let codec = codec.ok_or(JsonError::NotSerialize { tag: T::TYPE_TAG })?;
        (codec.encode)(self).map_err(|error| JsonError::Failed { tag: T::TYPE_TAG, error: error.to_string() })
    }
}

/// Why a value could not be written as JSON.
#[cfg(feature = "json")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The type does not derive `serde::Serialize`, or implements `KvType` by hand.
    #[error("`{tag}` cannot be written as JSON: derive `serde::Serialize` and `KvType` on it")]
    NotSerialize {
        /// The type's tag.
        tag: &'static str,
    },
    /// The type's `Serialize` returned an error.
    #[error("writing a `{tag}` as JSON failed: {error}")]
    Failed {
        /// The type's tag.
        tag: &'static str,
        /// What it said.
        error: String,
    },
}

/// What the derive asks a type for its codec with.
#[cfg(feature = "json")]
#[expect(missing_debug_implementations, missing_docs, reason = "for generated code alone")]
pub mod probe {
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
}

/// The default of a field as JSON, if its type is `Serialize`.
#[cfg(feature = "json")]
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($ty:ty, $value:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::probe::{DefaultIfSerialize as _, DefaultOtherwise as _};
        let value: $ty = $value;
        (&&$crate::__private::probe::Default(&value)).__kv_default()
    }};
}

/// The default of a field as JSON: unknown without JSON.
#[cfg(not(feature = "json"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($ty:ty, $value:expr) => {
        ::core::option::Option::None
    };
}

/// The codec of a type that is being derived.
#[cfg(feature = "json")]
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($ty:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::probe::{IfSerialize as _, Otherwise as _};
        (&&$crate::__private::probe::Probe::<$ty>(::core::marker::PhantomData)).__kv_codec()
    }};
}

/// The codec of a type that is being derived: none without JSON.
#[cfg(not(feature = "json"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($ty:ty) => {
        ::core::option::Option::None
    };
}
