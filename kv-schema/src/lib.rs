//! Type metadata and validation of the typed key-value store.
//!
//! Everything here is plain data and pure functions: no clock, no threads, and of other crates, without features, only `regex-lite`, so that the
//! same rules run in a server, in a code generator and in a JavaScript host. Applications use it through
//! `kv-core`, which re-exports it whole.
//!
//! In reading order:
//!
//! - [`tag`], [`prefix`], [`key`], [`template`], [`ttl`]: the grammars of the words that name and bound an entry;
//!   [`pattern`]: that of patterns.
//! - [`elm`]: the grammar of names in Elm.
//! - [`ty`]: [`TypeSchema`], what a type looks like on the wire, as `'static` data.
//! - [`wire`]: what of a schema serde cannot carry both ways.
//! - [`json`]: JSON held against a schema.
//! - [`rule`]: the rules that a field can carry, as data, each with its check and its sentence.
//! - [`check`]: [`Validator`] walks a value; [`ValidationErrors`] is its report.
//! - [`field`]: [`KvField`], what can stand in a stored type, for the types of the standard library and, behind the
//!   features of their crates' names, of others.
//! - [`kv_type`]: [`KvType`], what can be stored.
//! - [`access`]: which operations the outside has on a type.
//! - [`footprint`]: what values of a type cost the reader of a stranger's JSON.
//! - [`token`]: what a client says of the types it was generated for.

pub mod access;
pub mod check;
pub mod elm;
pub mod field;
pub mod footprint;
pub mod json;
pub mod key;
pub mod kv_type;
pub mod pattern;
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

/// What generated code names, and nobody else.
///
/// No promise of stability is made for its contents: the derive of the same version is its only user.
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

/// The default of a field as JSON, likewise.
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($ty:ty, $value:expr) => {
        ::core::option::Option::None
    };
}

/// The text of a key that serde writes: unknown here, since JSON is kv-core's business.
#[doc(hidden)]
#[macro_export]
macro_rules! __key_text {
    ($ty:ty, $key:expr) => {{
        let _: &$ty = $key;
        ::std::string::String::new()
    }};
}

/// The codec of a type that is derived for this crate alone: none, since JSON is kv-core's business.
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($ty:ty) => {
        ::core::option::Option::None
    };
}
