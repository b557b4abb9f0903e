//! JSON of values: out of those whose type is only known to be stored (`erased`, which asks the derive by way of `probe`),
//! and out of and into those whose type a catalog exposes (`exposed`, by way of `strict`, which notes what
//! it sees in a `decode_state`; `traits` says of which types it sees enough).

#[cfg(feature = "json")]
mod decode_state;
mod erased;
#[cfg(feature = "json")]
mod exposed;
#[cfg(feature = "json")]
#[expect(missing_debug_implementations, missing_docs, reason = "for generated code alone")]
pub mod probe;
#[cfg(feature = "json")]
mod strict;
#[cfg(feature = "json")]
mod traits;

pub(crate) use erased::Erased;
#[cfg(feature = "json")]
pub use erased::JsonError;
#[cfg(feature = "json")]
pub use exposed::{Codec, Decoded};

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
