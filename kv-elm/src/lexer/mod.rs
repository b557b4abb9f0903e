//! Lexers that separate code from comments and literals.

pub(crate) mod elm;
pub(crate) mod rust;

/// Returns the text after the comment at its start. Comments nest.
fn after_comment<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let mut depth = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(inside) = rest.strip_prefix(open) {
            depth += 1;
            rest = inside;
        } else if let Some(after) = rest.strip_prefix(close) {
            depth -= 1;
            rest = after;
            if depth == 0 {
                break;
            }
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    rest
}

/// Returns the text after the literal at its start.
fn after_literal(text: &str, quote: char) -> &str {
    let mut chars = text.chars();
    chars.next();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            break;
        }
    }
    chars.as_str()
}
