//! JSON judged by a schema: a small interpreter, which knows serde's ways and no Rust types.
//!
//! - [`written`]: is it what `serde_json` writes for some value? No member too many, none missing that is always
//!   written, every number of the kind that its type has.
//! - [`readable`]: is it what `serde_json` reads as some value? That is more: aliases, members left out, members nobody
//!   knows, lists for structs, and what else serde's derive lets through.
//!
//! Rules (`len`, `range`, …) are no part of either: they are about values, and `KvField::check` asks them.
//!
//! In reading order: `scalar` (what has no parts), `written`, `readable`, `flat` (how flattened fields are read).

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
    /// The place, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong there, as a sentence without a subject: `is no u8`.
    pub message: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the value" } else { &self.pointer };
        write!(f, "{place} {}", self.message)
    }
}

impl std::error::Error for Misfit {}

/// What a judgement ends in.
pub(crate) type Verdict<T = ()> = Result<T, Misfit>;

impl Misfit {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { pointer: String::new(), message: message.into() }
    }

    /// The same one, seen from a level further up.
    fn under(mut self, segment: &str) -> Self {
        let segment = segment.replace('~', "~0").replace('/', "~1");
        self.pointer.insert_str(0, &segment);
        self.pointer.insert(0, '/');
        self
    }
}

/// Puts a verdict about a part under the part's name.
pub(crate) trait Under {
    fn under(self, segment: impl fmt::Display) -> Self;
}

impl<T> Under for Verdict<T> {
    fn under(self, segment: impl fmt::Display) -> Self {
        self.map_err(|misfit| misfit.under(&segment.to_string()))
    }
}

/// Ends a judgement where a condition does not hold.
pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Misfit::new(otherwise())) }
}
