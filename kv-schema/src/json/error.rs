//! Why JSON is no value of a type.

use crate::check::ValidationErrors;
use crate::ttl;
use std::fmt;

/// The most characters of a member's name that a message repeats.
const SHOWN: usize = 64;

/// Why bytes are no value of a type. No message repeats more of the bytes than the name of a member.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DecodeError {
    /// They are no JSON, or JSON that says something twice or is nested too deeply.
    Malformed(Malformed),
    /// The member `ttl` beside the value's own is neither `null` nor a whole number of milliseconds from 1 to those of
    /// 100 years.
    InvalidTtl,
    /// They are JSON of another shape than the type's. At least one violation is of the rule
    /// [`TYPE`](crate::rule::TYPE), [`INT`](crate::rule::INT) or [`FINITE`](crate::rule::FINITE). Rules that are broken
    /// where the shape is right are reported with them, in field order, except `custom` and `validate`, which need a value.
    /// A value of the right shape is read whatever rules it breaks; they are checked when it is written.
    Value(ValidationErrors),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::InvalidTtl => write!(
                f,
                "invalid time to live: `ttl` must be a whole number of milliseconds from 1 to {}, or null",
                ttl::MAX.as_millis()
            ),
            Self::Value(errors) => write!(f, "invalid value: {errors}"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Where bytes stop being JSON that is taken, and why.
///
/// ```
/// use kv_schema::json::{self, DecodeError, DecodeOptions, Flaw};
/// use kv_schema::KvField;
///
/// let json = br#"{"theme":"dark","theme":"light"}"#;
/// let error = json::check(std::collections::BTreeMap::<String, String>::schema(), json, DecodeOptions::new());
/// let Err(DecodeError::Malformed(malformed)) = error else { panic!() };
/// assert_eq!(malformed.offset, 16);
/// assert_eq!(malformed.flaw, Flaw::Duplicate("theme".to_owned()));
/// assert_eq!(malformed.to_string(), "invalid JSON at byte 16: the member \"theme\" is there twice");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// How many bytes stand before the place.
    pub offset: usize,
    /// What is wrong there.
    pub flaw: Flaw,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid JSON at byte {}: {}", self.offset, self.flaw)
    }
}

/// What is wrong with bytes that should be JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// They are not UTF-8.
    Encoding,
    /// They start with a byte order mark, which JSON has not. Source: RFC 8259, section 8.1.
    ByteOrderMark,
    /// They end too early.
    End,
    /// Something else is expected there.
    Expected(&'static str),
    /// A control character stands in a string as it is.
    ControlCharacter,
    /// `\` is followed by what it does not escape.
    Escape,
    /// `\u` names half of a surrogate pair without the other half.
    LoneSurrogate,
    /// There is something behind the value.
    TrailingData,
    /// An object has two members of this name.
    Duplicate(String),
    /// Lists and objects are nested more deeply than this.
    TooDeep(usize),
    /// Untagged enums in it are nested so that there are too many ways to try to read it.
    Ambiguous,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => f.write_str("it is not UTF-8"),
            Self::ByteOrderMark => f.write_str("it starts with a byte order mark: leave it out"),
            Self::End => f.write_str("it ends too early"),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::ControlCharacter => f.write_str("a control character in a string must be escaped"),
            Self::Escape => f.write_str("there is no such escape"),
            Self::LoneSurrogate => f.write_str("half of a surrogate pair stands alone"),
            Self::TrailingData => f.write_str("there is more behind the value"),
            Self::Duplicate(name) => write!(f, "the member {:?} is there twice", shown(name)),
            Self::TooDeep(max) => write!(f, "lists and objects are nested more than {max} deep"),
            Self::Ambiguous => f.write_str("its nesting leaves too many ways to read it"),
        }
    }
}

/// A name as far as messages repeat it.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
