//! The names in Elm code.

use super::{after_comment, after_literal};
use std::collections::HashSet;

/// Returns the names in Elm code with their qualifiers, without the words in comments and literals.
pub(crate) fn names(code: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("{-") {
            rest = after_comment(rest, "{-", "-}");
        } else if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if c == '"' || c == '\'' {
            rest = after_literal(rest, c);
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end =
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            names.insert(&rest[..end]);
            rest = &rest[end..];
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    names
}
