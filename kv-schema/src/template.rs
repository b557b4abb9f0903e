//! Key templates such as `user:{user_id}:{item_id}`, which define the keys of a type's values.
//!
//! A template consists of texts and parts. A part is the name of a field in braces. Two parts have
//! a text between them, the separator, and a part's value must not contain the separator or form
//! one together with the separator's start. Therefore a key can be split in only one way, and two
//! values that differ in a part never have the same key.

use crate::field::MapKey;
use crate::key::{self, KeyError};
use std::fmt::{self, Write as _};

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A text that is part of every key.
    Text(&'a str),
    /// The Rust name of a field whose value is part of the key.
    Part(&'a str),
}

/// Splits a template into texts and parts.
///
/// # Errors
///
/// Returns [`TemplateError`] if the text is not a template.
///
/// ```
/// use kv_schema::template::{self, Piece, TemplateError};
///
/// let pieces = template::parse("user:{user_id}")?;
/// assert_eq!(pieces, [Piece::Text("user:"), Piece::Part("user_id")]);
/// assert_eq!(template::parse("{a}{b}"), Err(TemplateError::NoSeparator { at: 3 }));
/// # Ok::<(), TemplateError>(())
/// ```
pub fn parse(template: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let at = template.len() - rest.len();
        if let Some(inside) = rest.strip_prefix('{') {
            let (name, after) = inside.split_once('}').ok_or(TemplateError::Unclosed { at })?;
            if name.is_empty() || name.contains('{') {
                return Err(TemplateError::Name { at });
            }
            if matches!(pieces.last(), Some(Piece::Part(_))) {
                return Err(TemplateError::NoSeparator { at });
            }
            pieces.push(Piece::Part(name));
            rest = after;
        } else {
            let (text, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
            if let Some(stray) = text.find('}') {
                return Err(TemplateError::Unopened { at: at + stray });
            }
            if let Some((control, _)) = text.char_indices().find(|(_, c)| c.is_control()) {
                return Err(TemplateError::Control { at: at + control });
            }
            pieces.push(Piece::Text(text));
            rest = after;
        }
    }
    if pieces.is_empty() { Err(TemplateError::Empty) } else { Ok(pieces) }
}

/// The error for a text that is not a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "`at` is the byte offset in each variant")]
pub enum TemplateError {
    /// The text is empty.
    Empty,
    /// A `{` has no `}` after it.
    Unclosed { at: usize },
    /// A `}` has no `{` before it.
    Unopened { at: usize },
    /// The braces do not contain a name.
    Name { at: usize },
    /// Two parts have no text between them.
    NoSeparator { at: usize },
    /// A text contains a control character.
    Control { at: usize },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key template cannot be empty"),
            Self::Unclosed { at } => write!(f, "the `{{` at byte {at} has no `}}` after it"),
            Self::Unopened { at } => write!(f, "the `}}` at byte {at} has no `{{` before it"),
            Self::Name { at } => {
                write!(f, "the braces at byte {at} must contain the name of a field, as in `{{user_id}}`")
            }
            Self::NoSeparator { at } => {
                write!(
                    f,
                    "the part at byte {at} follows another part without a separator: write `{{a}}:{{b}}`, because \
                     different values could have the same key"
                )
            }
            Self::Control { at } => {
                write!(f, "a key cannot contain control characters (found one at byte {at})")
            }
        }
    }
}

impl std::error::Error for TemplateError {}

/// Builds a key piece by piece.
///
/// ```
/// use kv_schema::KeyError;
/// use kv_schema::template::KeyBuilder;
///
/// let key = |user: &str| KeyBuilder::new().text("user:").part("user", user, ":").text(":").part("n", &7, "").key();
/// assert_eq!(key("ada"), Ok("user:ada:7".to_owned()));
/// assert_eq!(key(""), Err(KeyError::EmptyPart { part: "user" }));
/// assert_eq!(key("a:b"), Err(KeyError::SeparatorInPart { part: "user", separator: ":" }));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct KeyBuilder {
    key: String,
    error: Option<KeyError>,
}

impl KeyBuilder {
    /// Creates a builder with an empty key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text of the template.
    pub fn text(mut self, text: &str) -> Self {
        self.key.push_str(text);
        self
    }

    /// Adds the value of a part. `separator` is the text after it in the template; empty for the
    /// last piece.
    pub fn part<T: MapKey + ?Sized>(self, part: &'static str, value: &T, separator: &'static str) -> Self {
        self.written_part(part, |f| value.write_key(f), separator)
    }

    /// Adds a part that a function writes. With it, generated code names the type of a part only
    /// once.
    #[doc(hidden)]
    pub fn written_part(
        mut self,
        part: &'static str,
        value: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result,
        separator: &'static str,
    ) -> Self {
        let start = self.key.len();
        // Writing to a `String` does not fail, and `write_key` returns only errors of the
        // formatter.
        let _ = write!(self.key, "{}", fmt::from_fn(value));
        let written = &self.key[start..];
        let problem = if written.is_empty() {
            Some(KeyError::EmptyPart { part })
        } else if !separator.is_empty()
            && format!("{written}{separator}").find(separator) != Some(written.len())
        {
            Some(KeyError::SeparatorInPart { part, separator })
        } else {
            None
        };
        self.error = self.error.or(problem);
        self
    }

    /// Returns the key.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] for the first invalid part, or if the result is not a key.
    pub fn key(self) -> Result<String, KeyError> {
        let prefix = self.prefix()?;
        key::check(&prefix).map(|()| prefix)
    }

    /// Returns the pieces added so far as a key prefix.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] for the first invalid part.
    pub fn prefix(self) -> Result<String, KeyError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_is_split_into_texts_and_parts() {
        use Piece::{Part, Text};
        assert_eq!(parse("a"), Ok(vec![Text("a")]));
        assert_eq!(parse("{a}"), Ok(vec![Part("a")]));
        assert_eq!(parse("x{a}, {b}y"), Ok(vec![Text("x"), Part("a"), Text(", "), Part("b"), Text("y")]));
        for (bad, error) in [
            ("", TemplateError::Empty),
            ("a{b", TemplateError::Unclosed { at: 1 }),
            ("ab}", TemplateError::Unopened { at: 2 }),
            ("{a}}", TemplateError::Unopened { at: 3 }),
            ("{}", TemplateError::Name { at: 0 }),
            ("{{a}}", TemplateError::Name { at: 0 }),
            ("{a}{b}", TemplateError::NoSeparator { at: 3 }),
            ("a\n{b}", TemplateError::Control { at: 1 }),
        ] {
            assert_eq!(parse(bad), Err(error), "{bad:?}");
        }
    }

    #[test]
    fn different_parts_never_have_the_same_key() {
        let key =
            |a: &str, b: &str| KeyBuilder::new().part("a", a, ":item:").text(":item:").part("b", b, "").key();
        assert_eq!(key("x", "item:y"), Ok("x:item:item:y".to_owned()));
        // It does not contain the separator, but "x:item:item:" would be split after "x".
        assert_eq!(key("x:item", "y"), Err(KeyError::SeparatorInPart { part: "a", separator: ":item:" }));
        assert_eq!(key("x:", "y"), Ok("x::item:y".to_owned()));
        assert_eq!(
            key("x", ":item:"),
            Ok("x:item::item:".to_owned()),
            "the last part is the rest of the key"
        );
    }

    #[test]
    fn result_must_be_a_key() {
        let part = |text: &str| KeyBuilder::new().part("a", text, "").key();
        assert_eq!(part(".."), Err(KeyError::Dots));
        assert_eq!(part("a\nb"), Err(KeyError::Control { found: '\n', at: 1 }));
        assert_eq!(part(&"x".repeat(513)), Err(KeyError::TooLong { bytes: 513 }));
    }
}
