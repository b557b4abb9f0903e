//! Removes comments and literals from Rust code.

use super::{after_comment, after_literal};

/// Returns Rust code without its comments and literals. Line breaks inside them are kept.
pub(crate) fn without_comments(code: &str) -> String {
    let mut text = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let after = if rest.starts_with("//") {
            &rest[rest.find('\n').unwrap_or(rest.len())..]
        } else if rest.starts_with("/*") {
            after_comment(rest, "/*", "*/")
        } else if let Some(hashes) = raw_string(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = &rest[hashes + 2..];
            inside.find(&end).map_or("", |at| &inside[at + end.len()..])
        } else if c == '"' || (c == '\'' && is_character(rest)) {
            after_literal(rest, c)
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let removed = &rest[..rest.len() - after.len()];
        text.extend(removed.chars().filter(|c| *c == '\n'));
        text.push(' ');
        rest = after;
    }
    text
}

/// Returns the number of `#` before the first quote of a raw string, or `None` if the text does not
/// start with one.
fn raw_string(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('r')?;
    let hashes = inside.len() - inside.trim_start_matches('#').len();
    inside[hashes..].starts_with('"').then_some(hashes)
}

/// Returns whether the quote at the start begins a character literal and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}
