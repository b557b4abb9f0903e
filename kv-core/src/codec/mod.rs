//! JSON of values. `write` writes it, and `erased` applies it to stored values of any type, whose
//! writer derived code finds with `probe`. `exposed` has [`Codec`], which reads and writes the
//! types that a catalog exposes: `strict` reads and checks in one pass, `decode_state` is the state
//! of a pass, and `traits` decides for which types that pass is sufficient.

#[cfg(feature = "json")]
mod decode_state;
mod erased;
#[cfg(feature = "json")]
mod exposed;
#[cfg(feature = "json")]
#[expect(missing_debug_implementations, missing_docs, reason = "for generated code only")]
pub mod probe;
#[cfg(feature = "json")]
mod strict;
#[cfg(feature = "json")]
mod traits;
#[cfg(feature = "json")]
mod write;

pub(crate) use erased::StoredValue;
#[cfg(feature = "json")]
pub use exposed::{Codec, Decoded};
#[cfg(feature = "json")]
pub use write::JsonError;
#[cfg(feature = "json")]
pub(crate) use {
    decode_state::DecodeState,
    strict::Strict,
    write::{Bounded, write_json},
};

/// Returns the default of a field as JSON, if its type is `Serialize`.
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

/// Returns `None`: without the feature `json`, defaults are unknown.
#[cfg(not(feature = "json"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($ty:ty, $value:expr) => {
        ::core::option::Option::None
    };
}

/// Returns the function that writes the derived type as JSON, if the type is `Serialize`.
#[cfg(feature = "json")]
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($ty:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::probe::{IfSerialize as _, Otherwise as _};
        (&&$crate::__private::probe::SerializeProbe::<$ty>(::core::marker::PhantomData)).__kv_codec()
    }};
}

/// Returns `None`: without the feature `json`, nothing writes JSON.
#[cfg(not(feature = "json"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($ty:ty) => {
        ::core::option::Option::None
    };
}
