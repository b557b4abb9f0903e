//! The grammar of a type prefix, which precedes the key in a full key.
//!
//! A prefix is printable ASCII of 1 to 128 bytes. It ends in `:`, `/` or `.`, so that the key
//! visibly starts after it.

use std::fmt;

/// The most bytes a prefix may have.
pub const MAX_LEN: usize = 128;

/// Checks that a text is a prefix.
///
/// # Errors
///
/// Returns [`PrefixError`] if it is not.
///
/// ```
/// use kv_schema::prefix::{self, PrefixError};
///
/// assert_eq!(prefix::check("ui/cursors/"), Ok(()));
/// assert_eq!(prefix::check("cursors"), Err(PrefixError::End('s')));
/// ```
pub fn check(prefix: &str) -> Result<(), PrefixError> {
    let Some(last) = prefix.chars().next_back() else { return Err(PrefixError::Empty) };
    if let Some(bad) = prefix.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(PrefixError::Character(bad));
    }
    if prefix.len() > MAX_LEN {
        return Err(PrefixError::TooLong { len: prefix.len() });
    }
    if !matches!(last, ':' | '/' | '.') {
        return Err(PrefixError::End(last));
    }
    Ok(())
}

/// Returns the prefix of a type's keys that a prefix of full keys selects; `None` if it selects no
/// key of the type.
///
/// ```
/// use kv_schema::prefix;
///
/// assert_eq!(prefix::of_keys("Cursor:user:", "Cursor:"), Some("user:"));
/// assert_eq!(prefix::of_keys("Cur", "Cursor:"), Some(""));
/// assert_eq!(prefix::of_keys("Note:", "Cursor:"), None);
/// ```
pub fn of_keys<'a>(full_prefix: &'a str, type_prefix: &str) -> Option<&'a str> {
    full_prefix.strip_prefix(type_prefix).or_else(|| type_prefix.starts_with(full_prefix).then_some(""))
}

/// The error for a text that is not a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrefixError {
    /// The text is empty.
    Empty,
    /// A character is not printable ASCII.
    Character(char),
    /// The last character is not `:`, `/` or `.`.
    End(char),
    /// The text has more than [`MAX_LEN`] bytes.
    TooLong {
        /// The number of bytes.
        len: usize,
    },
}

impl fmt::Display for PrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a prefix cannot be empty"),
            Self::Character(c) => write!(f, "a prefix has only printable ASCII characters (found {c:?})"),
            Self::End(c) => write!(f, "a prefix ends in `:`, `/` or `.`, not {c:?}"),
            Self::TooLong { len } => write!(f, "a prefix has at most {MAX_LEN} bytes (found {len})"),
        }
    }
}

impl std::error::Error for PrefixError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_is_printable_ascii_that_ends_with_a_separator() {
        for good in [":", "a.", "CursorPosition:", "my app/~x/", &format!("{}:", "a".repeat(MAX_LEN - 1))] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(""), Err(PrefixError::Empty));
        assert_eq!(check("a"), Err(PrefixError::End('a')));
        assert_eq!(check("é:"), Err(PrefixError::Character('é')));
        assert_eq!(check("a\n:"), Err(PrefixError::Character('\n')));
        let long = format!("{}:", "a".repeat(MAX_LEN));
        assert_eq!(check(&long), Err(PrefixError::TooLong { len: MAX_LEN + 1 }));
    }
}
