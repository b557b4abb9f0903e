//! The rules of fields. Each rule is data in the schema, with a check and a message.
//!
//! On an `Option`, a rule applies to the value inside; `None` breaks no rule.

mod custom;
mod each;
mod len;
mod number;
mod one_of;
mod pattern;
mod range;
mod validate;

#[cfg(feature = "smol_str")]
pub(crate) use custom::dereferenced;
pub use custom::{Custom, CustomSubject};
#[cfg(feature = "indexmap")]
pub(crate) use each::lists;
pub use each::{Each, EachSubject};
#[cfg(any(feature = "indexmap", feature = "serde_json"))]
pub(crate) use len::counted;
#[cfg(feature = "smol_str")]
pub(crate) use len::measured;
pub use len::{HasLen, Len, NonEmpty, Unit};
pub use number::{AnyFloat, AnyInt, Fraction, JsSafe, MAX_SAFE_INTEGER, Whole};
pub use one_of::{HasText, OneOf};
pub(crate) use pattern::compile;
pub use pattern::{Email, Matcher, Pattern, Url};
pub use range::{Number, Range, Ranged};
pub use validate::{ReportMessage, ReportNothing, ReportPlaces, VALIDATE, Verdict};

/// A rule on a field.
///
/// ```
/// use kv_schema::ValidationErrors;
/// use kv_schema::rule::Len;
///
/// let len = Len { min: Some(1), max: Some(64) };
/// assert!(ValidationErrors::collect(|v| len.check("item", v)).is_ok());
/// let report = ValidationErrors::collect(|v| len.check("", v)).unwrap_err();
/// assert_eq!(report.to_string(), "the value must have 1 to 64 characters");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// `len(min = 1, max = 64)`.
    Len(Len),
    /// `non_empty`.
    NonEmpty(NonEmpty),
    /// `range(min = 0, max = 100)`.
    Range(Range),
    /// `pattern = "^[a-z]+$"`.
    Pattern(Pattern),
    /// `one_of("a", "b")`.
    OneOf(OneOf),
    /// `email`.
    Email(Email),
    /// `url`.
    Url(Url),
    /// `js_safe`.
    JsSafe(JsSafe),
    /// `any_int`.
    AnyInt(AnyInt),
    /// `any_float`.
    AnyFloat(AnyFloat),
    /// `each(rule…)`.
    Each(Each),
    /// `custom = "path"`.
    Custom(Custom),
}

/// The name of the implicit rule of integers, the range of their type. Only readers of JSON report
/// it.
pub const INT: &str = "int";

/// The name of the implicit rule of floats: not NaN and not infinite, because JSON has no form for
/// these.
pub const FINITE: &str = "finite";

/// The name of the implicit rule that a value has the wire form of its type. Readers of JSON report
/// it, and the checks of values that serde would not write or read back.
pub const TYPE: &str = "type";
