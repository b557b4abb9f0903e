//! Type metadata and validation of the typed key-value store.
//!
//! The crate consists of plain data and pure functions. It uses no clock and no threads, and
//! without features it depends only on `regex-lite`, so the same rules run in a server, in a code
//! generator and in a JavaScript host. Applications use it through `kv-core`, which re-exports all
//! of it.
//!
//! In reading order:
//!
//! - [`tag`], [`prefix`], [`key`], [`template`], [`ttl`], [`pattern`]: the grammars of tags,
//!   prefixes, keys, key templates, times to live and patterns.
//! - [`elm`]: the grammar of names in Elm.
//! - [`ty`]: [`TypeSchema`], the wire form of a type as `'static` data.
//! - [`wire`]: types whose JSON serde cannot both write and read.
//! - [`json`]: checks JSON against a schema.
//! - [`rule`]: the rules of fields as data, each with its check and its message.
//! - [`check`]: [`Validator`] collects violations; [`ValidationErrors`] is its report.
//! - [`field`]: [`KvField`], the types that a stored type can contain, with implementations for the
//!   standard library and, with features, for other crates.
//! - [`kv_type`]: [`KvType`], the types that can be stored.
//! - [`access`]: the operations that clients may use on a type.
//! - [`footprint`]: the stack, memory and time that reading untrusted JSON of a type can take.
//! - [`token`]: compares the types of a client with those of a server.

pub mod access;
pub mod check;
pub mod elm;
pub mod field;
pub mod footprint;
pub mod json;
pub mod key;
pub mod kv_type;
pub mod pattern;
#[doc(hidden)]
pub mod pointer;
pub mod prefix;
pub mod rule;
pub mod tag;
pub mod template;
pub mod token;
pub mod ttl;
pub mod ty;
pub mod wire;

pub use access::{Access, Exposed};
pub use check::{Param, ValidationErrors, Validator, Violation};
pub use field::{KvField, MapKey};
pub use key::KeyError;
pub use kv_type::{Keyed, KvType};
pub use ty::TypeSchema;

/// The items that generated code refers to.
///
/// Its contents are not stable. Only the derive of the same version uses them.
#[doc(hidden)]
pub mod __private {
    pub use crate::__codec as codec;
    pub use crate::__default_json as default_json;
    pub use crate::__key_text as key_text;
    pub use crate::check::Validator;
    pub use crate::field::opaque;
    pub use crate::field::{KvField, MapKey, Opaque};
    pub use crate::key::KeyError;
    pub use crate::kv_type::{Keyed, KvType};
    pub use crate::rule;
    pub use crate::template;
    pub use crate::ttl::MaxTtl;
    pub use crate::ty;
}

/// Expands to the default of a field as JSON, for generated code. Always `None`, because only
/// kv-core writes JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($ty:ty, $value:expr) => {
        ::core::option::Option::None
    };
}

/// Expands to the text that serde writes for a key, for generated code. Always empty, because only
/// kv-core writes JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! __key_text {
    ($ty:ty, $key:expr) => {{
        let _: &$ty = $key;
        ::std::string::String::new()
    }};
}

/// Expands to the codec of a type, for generated code. Always `None`, because only kv-core has
/// codecs.
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($ty:ty) => {
        ::core::option::Option::None
    };
}
