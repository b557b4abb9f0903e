//! Exactly the texts of the grammar are keys.

use kv_core::KeyError;
use kv_core::schema::key::check;

pub(crate) fn run(text: &str) {
    assert_eq!(check(text), naive(text), "{text:?}");
}

/// The grammar: 1 to 512 bytes, no control characters, not `.` or `..`.
fn naive(text: &str) -> Result<(), KeyError> {
    if text.is_empty() {
        return Err(KeyError::Empty);
    }
    if text.len() > 512 {
        return Err(KeyError::TooLong { bytes: text.len() });
    }
    let mut at = 0;
    for found in text.chars() {
        // Unicode's category Cc consists of these two ranges.
        if matches!(found, '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}') {
            return Err(KeyError::Control { found, at });
        }
        at += found.len_utf8();
    }
    if matches!(text, "." | "..") { Err(KeyError::Dots) } else { Ok(()) }
}
