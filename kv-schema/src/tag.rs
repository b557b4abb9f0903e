//! The grammar of a tag, the name of a type on the wire.
//!
//! A tag matches `[A-Za-z][A-Za-z0-9_]{0,63}`, so that it is valid in a URL segment, an Elm
//! constructor and a Redis key.

use std::fmt;

/// The most characters a tag may have.
pub const MAX_LEN: usize = 64;

/// Checks that a text is a tag.
///
/// # Errors
///
/// Returns [`TagError`] if it is not.
///
/// ```
/// use kv_schema::tag::{self, TagError};
///
/// assert_eq!(tag::check("CursorPosition"), Ok(()));
/// assert_eq!(tag::check("7cursors"), Err(TagError::Start('7')));
/// ```
pub fn check(tag: &str) -> Result<(), TagError> {
    let Some(first) = tag.chars().next() else { return Err(TagError::Empty) };
    if !first.is_ascii_alphabetic() {
        return Err(TagError::Start(first));
    }
    if let Some(bad) = tag.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_')) {
        return Err(TagError::Character(bad));
    }
    if tag.len() > MAX_LEN {
        return Err(TagError::TooLong { len: tag.len() });
    }
    Ok(())
}

/// The error for a text that is not a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagError {
    /// The text is empty.
    Empty,
    /// The first character is not an ASCII letter.
    Start(char),
    /// A character is neither an ASCII letter, a digit nor `_`.
    Character(char),
    /// The text has more than [`MAX_LEN`] characters.
    TooLong {
        /// The number of characters.
        len: usize,
    },
}

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a tag cannot be empty"),
            Self::Start(c) => write!(f, "a tag starts with an ASCII letter, not {c:?}"),
            Self::Character(c) => {
                write!(f, "a tag has only ASCII letters, digits and `_` (found {c:?})")
            }
            Self::TooLong { len } => write!(f, "a tag has at most {MAX_LEN} characters (found {len})"),
        }
    }
}

impl std::error::Error for TagError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_has_letters_digits_and_underscores_after_a_letter() {
        for good in ["A", "a", "Cursor_Position2", &"a".repeat(MAX_LEN)] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(""), Err(TagError::Empty));
        assert_eq!(check("_a"), Err(TagError::Start('_')));
        assert_eq!(check("é"), Err(TagError::Start('é')));
        assert_eq!(check("a:b"), Err(TagError::Character(':')));
        assert_eq!(check("a\u{0}"), Err(TagError::Character('\u{0}')));
        assert_eq!(check(&"a".repeat(MAX_LEN + 1)), Err(TagError::TooLong { len: MAX_LEN + 1 }));
    }
}
