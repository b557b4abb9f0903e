//! Checks of JSON against a schema: a small interpreter that knows serde's behavior and no Rust
//! types.
//!
//! - [`written`]: would `serde_json` write it for some value? It must have exactly the members that
//!   are written, and every number must have the form of its type.
//! - [`readable`]: would `serde_json` read it as some value? This accepts more: aliases, missing
//!   and unknown members, lists for structs, and whatever else serde's derive accepts.
//!
//! Rules (`len`, `range`, …) are not checked: they apply to values, and `KvField::check` checks
//! them.
//!
//! In reading order: `scalar` (values without parts), `written`, `readable`, `flat` (flattened
//! fields).

mod flat;
mod readable;
mod scalar;
mod written;

pub use readable::readable;
pub(crate) use scalar::{Source, is_time};
pub use written::written;

use std::fmt;

/// Why JSON does not fit a schema, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// JSON pointer to the place (RFC 6901).
    pub pointer: String,
    /// The fault, as a sentence without its subject: `is not of type u8`.
    pub message: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the value" } else { &self.pointer };
        write!(f, "{place} {}", self.message)
    }
}

impl std::error::Error for Misfit {}

/// The result of a check.
pub(crate) type Verdict<T = ()> = Result<T, Misfit>;

impl Misfit {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { pointer: String::new(), message: message.into() }
    }

    /// Prefixes the pointer with the name of the enclosing part.
    fn under(mut self, segment: &str) -> Self {
        let segment = segment.replace('~', "~0").replace('/', "~1");
        self.pointer.insert_str(0, &segment);
        self.pointer.insert(0, '/');
        self
    }
}

/// Prefixes the pointer of a misfit with the name of the enclosing part.
pub(crate) trait Under {
    fn under(self, segment: impl fmt::Display) -> Self;
}

impl<T> Under for Verdict<T> {
    fn under(self, segment: impl fmt::Display) -> Self {
        self.map_err(|misfit| misfit.under(&segment.to_string()))
    }
}

/// Returns a misfit if a condition does not hold.
pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Misfit::new(otherwise())) }
}
