//! The grammar of a key: UTF-8, 1 to 512 bytes, no control characters, not `.` or `..`.
//!
//! Keys are compared byte for byte as they are: nothing is normalised, trimmed or case-folded.

use std::fmt;

/// The most bytes a key may have.
pub const MAX_BYTES: usize = 512;

/// Checks that a text is a key.
///
/// Takes time linear in the length of the key.
///
/// # Errors
///
/// [`KeyError`] says what stands in the way.
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
    // Most keys are printable ASCII, which is told many bytes at a time.
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

/// Whether every byte is from the space on and up to the tilde.
#[inline]
fn is_printable_ascii(bytes: &[u8]) -> bool {
    const EACH: u64 = u64::MAX / 0xff;
    // Eight bytes at a time, by the highest bits of each. It is set if it was; if one more than the byte sets it, as of the
    // last byte of ASCII alone; or if 32 less does. What a byte carries to the next or borrows from it, it is odd itself.
    let odd = |eight: [u8; 8]| {
        let eight = u64::from_le_bytes(eight);
        eight | eight.wrapping_add(EACH) | eight.wrapping_sub(EACH * 0x20)
    };
    let (eights, rest) = bytes.as_chunks();
    let mut all = eights.iter().fold(0, |all, eight| all | odd(*eight));
    match bytes.last_chunk() {
        // Some of these for the second time.
        Some(last) => all |= odd(*last),
        None => {
            let mut last = [b' '; 8];
            last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
            all |= odd(last);
        }
    }
    all & (EACH * 0x80) == 0
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Nothing was given.
    Empty,
    /// There are more than [`MAX_BYTES`] bytes.
    TooLong {
        /// How many there are.
        bytes: usize,
    },
    /// A control character (Unicode category Cc) is in it.
    Control {
        /// The first one.
        found: char,
        /// Where it stands, in bytes from the start.
        at: usize,
    },
    /// It is `.` or `..`, which URLs cannot carry as a segment.
    Dots,
    /// A part of a key template is empty.
    EmptyPart {
        /// The field.
        part: &'static str,
    },
    /// A part of a key template makes the separator behind it seem to begin earlier.
    SeparatorInPart {
        /// The field.
        part: &'static str,
        /// What follows it in the template.
        separator: &'static str,
    },
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key cannot be empty"),
            Self::TooLong { bytes } => write!(f, "a key has at most {MAX_BYTES} bytes (found {bytes})"),
            Self::Control { found, at } => {
                write!(f, "a key has no control characters (found {found:?} at byte {at})")
            }
            Self::Dots => f.write_str("a key cannot be `.` or `..`, which URLs cannot carry"),
            Self::EmptyPart { part } => write!(f, "`{part}` is a part of the key and cannot be empty"),
            Self::SeparatorInPart { part, separator } => {
                write!(
                    f,
                    "`{part}` is a part of the key and cannot have {separator:?} in it, which follows it there"
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
    fn the_grammar_is_utf8_without_control_characters() {
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
    fn every_byte_is_told_in_every_place() {
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
