//! The grammar of a key: UTF-8, 1 to 512 bytes, no control characters, not `.` or `..`.
//!
//! Keys are compared byte by byte, without normalization, trimming or case folding.

use std::fmt;

/// The most bytes a key may have.
pub const MAX_BYTES: usize = 512;

/// Checks that a text is a key.
///
/// Takes time linear in the length of the key.
///
/// # Errors
///
/// Returns [`KeyError`] if it is not.
///
/// ```
/// use kv_schema::key::{self, KeyError};
///
/// assert_eq!(key::check("user:7"), Ok(()));
/// assert_eq!(key::check(".."), Err(KeyError::Dots));
/// ```
#[inline]
pub fn check(key: &str) -> Result<(), KeyError> {
    if key.is_empty() {
        return Err(KeyError::Empty);
    }
    if key.len() > MAX_BYTES {
        return Err(KeyError::TooLong { bytes: key.len() });
    }
    // Most keys are printable ASCII, which is checked eight bytes at a time.
    if !is_printable_ascii(key.as_bytes())
        && let Some((at, found)) = key.char_indices().find(|(_, c)| c.is_control())
    {
        return Err(KeyError::Control { found, at });
    }
    if key.len() <= 2 && key.bytes().all(|byte| byte == b'.') {
        return Err(KeyError::Dots);
    }
    Ok(())
}

/// Returns whether every byte is between a space and `~`.
#[inline]
fn is_printable_ascii(bytes: &[u8]) -> bool {
    const EACH: u64 = u64::MAX / 0xff;
    // The result has the highest bit of a byte set if that byte is not printable ASCII: the byte
    // itself has it set if it is not ASCII, the byte plus 1 if it is 0x7f, and the byte minus 0x20
    // if it is a control character. Only a byte that is not printable itself carries to or borrows
    // from the next one.
    let not_printable = |eight: [u8; 8]| {
        let eight = u64::from_le_bytes(eight);
        eight | eight.wrapping_add(EACH) | eight.wrapping_sub(EACH * 0x20)
    };
    let (eights, rest) = bytes.as_chunks();
    let mut all = eights.iter().fold(0, |all, eight| all | not_printable(*eight));
    match bytes.last_chunk() {
        // The last eight bytes, which may overlap with the chunks.
        Some(last) => all |= not_printable(*last),
        None => {
            let mut last = [b' '; 8];
            last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
            all |= not_printable(last);
        }
    }
    all & (EACH * 0x80) == 0
}

/// The error for a text that is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is empty.
    Empty,
    /// The text has more than [`MAX_BYTES`] bytes.
    TooLong {
        /// The number of bytes.
        bytes: usize,
    },
    /// The text contains a control character (Unicode category Cc).
    Control {
        /// The first one.
        found: char,
        /// Its byte offset.
        at: usize,
    },
    /// The text is `.` or `..`, which cannot be a segment of a URL.
    Dots,
    /// A part of a key template is empty.
    EmptyPart {
        /// The field.
        part: &'static str,
    },
    /// The separator after a part of a key template would be found earlier, inside the part's
    /// value.
    SeparatorInPart {
        /// The field.
        part: &'static str,
        /// The separator after the part in the template.
        separator: &'static str,
    },
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key cannot be empty"),
            Self::TooLong { bytes } => write!(f, "a key has at most {MAX_BYTES} bytes (found {bytes})"),
            Self::Control { found, at } => {
                write!(f, "a key cannot contain control characters (found {found:?} at byte {at})")
            }
            Self::Dots => f.write_str("a key cannot be `.` or `..`, which URLs cannot carry"),
            Self::EmptyPart { part } => write!(f, "`{part}` is a part of the key and cannot be empty"),
            Self::SeparatorInPart { part, separator } => {
                write!(
                    f,
                    "`{part}` is a part of the key and cannot contain {separator:?}, the separator after it"
                )
            }
        }
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_utf8_without_control_characters() {
        for good in ["a", " ", "...", ".a", "a/b%2F;é🙂", &"k".repeat(MAX_BYTES), &"é".repeat(MAX_BYTES / 2)]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(""), Err(KeyError::Empty));
        assert_eq!(check("."), Err(KeyError::Dots));
        assert_eq!(check(".."), Err(KeyError::Dots));
        assert_eq!(check(&"k".repeat(513)), Err(KeyError::TooLong { bytes: 513 }));
        for control in ['\u{0}', '\n', '\u{1f}', '\u{7f}', '\u{85}', '\u{9f}'] {
            assert_eq!(check(&format!("ab{control}")), Err(KeyError::Control { found: control, at: 2 }));
        }
    }

    #[test]
    fn unprintable_bytes_are_found_at_every_position() {
        for len in [1, 7, 8, 9, 16, 19] {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut bytes = vec![b'a'; len];
                    bytes[at] = byte;
                    assert_eq!(
                        is_printable_ascii(&bytes),
                        (b' '..=b'~').contains(&byte),
                        "{byte} {at} {len}"
                    );
                }
            }
        }
    }
}
