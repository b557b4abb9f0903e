//! The errors of JSON that is not a value of a type.

use crate::check::ValidationErrors;
use crate::ttl;
use std::fmt;

/// The most characters of a member's name in a message.
const SHOWN: usize = 64;

/// The error for bytes that are not the JSON of a value. Messages repeat only names of members from
/// the bytes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not JSON, or JSON with a duplicate member or too deep nesting.
    Malformed(Malformed),
    /// The member `ttl` is neither `null` nor a whole number of milliseconds from 1 to 100 years.
    InvalidTtl,
    /// The JSON has another form than the type. At least one violation is of the rule
    /// [`TYPE`](crate::rule::TYPE), [`INT`](crate::rule::INT) or [`FINITE`](crate::rule::FINITE).
    /// Other broken rules are included where the form is right, in field order, except `custom` and
    /// `validate`, which need a value. A value of the right form can be read even if it breaks
    /// rules, because writes check them.
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

/// The place and the cause of a syntax error.
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
/// assert_eq!(malformed.to_string(), "invalid JSON at byte 16: duplicate member \"theme\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The byte offset.
    pub offset: usize,
    /// The cause.
    pub flaw: Flaw,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid JSON at byte {}: {}", self.offset, self.flaw)
    }
}

/// The cause of a syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// The bytes are not UTF-8.
    Encoding,
    /// The bytes start with a byte order mark, which JSON does not allow. Source: RFC 8259, section
    /// 8.1.
    ByteOrderMark,
    /// The bytes end too early.
    End,
    /// The named token is expected instead.
    Expected(&'static str),
    /// A string contains a control character that is not escaped.
    ControlCharacter,
    /// `\` is followed by a character that cannot be escaped.
    Escape,
    /// `\u` gives one half of a surrogate pair without the other half.
    LoneSurrogate,
    /// More text follows the value.
    TrailingData,
    /// An object has two members with this name.
    Duplicate(String),
    /// Lists and objects are nested more deeply than this limit.
    TooDeep(usize),
    /// Nested untagged enums leave too many ways to read the document.
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
            Self::Escape => f.write_str("unknown escape"),
            Self::LoneSurrogate => f.write_str("unpaired surrogate"),
            Self::TrailingData => f.write_str("trailing data after the value"),
            Self::Duplicate(name) => write!(f, "duplicate member {:?}", shown(name)),
            Self::TooDeep(max) => write!(f, "lists and objects are nested more than {max} deep"),
            Self::Ambiguous => f.write_str("nested untagged enums leave too many ways to read it"),
        }
    }
}

/// Shortens a name for a message.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
