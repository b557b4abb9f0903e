//! The tokens of a JSON document. Lists and objects store the index of the next token after them,
//! so that they can be skipped.

use super::error::{Flaw, Malformed};
use super::grammar;
use super::scan::{Scan, unescaped};
use std::borrow::Cow;
use std::ops::Range;

/// A well-formed document: its values and names in the order in which they start.
#[derive(Debug)]
pub(super) struct Document<'a> {
    tokens: Vec<Token<'a>>,
    len: usize,
}

/// A value or the name of a member.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    Null,
    Bool,
    /// A number, as written.
    Number(&'a str),
    /// The text between the quotes, and whether it contains escapes.
    String(&'a str, bool),
    /// The index of the token after the list, and the length of its text in bytes.
    List(usize, usize),
    /// The index of the token after the object, and the length of its text in bytes. A member is a
    /// name followed by its value.
    Object(usize, usize),
}

/// The number of bytes that take as long to copy as the allocation of a token.
const BYTES_PER_TOKEN: usize = 128;

impl<'a> Document<'a> {
    /// Reads bytes as one JSON value.
    pub(super) fn read(bytes: &'a [u8], max_depth: usize) -> Scan<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Box::new(Malformed { offset: error.valid_up_to(), flaw: Flaw::Encoding }))?;
        Ok(Self { tokens: grammar::read(text, max_depth)?, len: text.len() })
    }

    /// Returns the number of bytes.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Returns the token at an index, which must be 0 or come from `items` or `members`.
    pub(super) fn token(&self, at: usize) -> Token<'a> {
        self.tokens.get(at).copied().unwrap_or(Token::Null)
    }

    /// Returns the decoded text of a string or name; `None` for other tokens.
    pub(super) fn text(&self, at: usize) -> Option<Cow<'a, str>> {
        match self.token(at) {
            Token::String(text, is_escaped) => Some(decoded((text, is_escaped))),
            _ => None,
        }
    }

    /// Returns the decoded name of a member.
    pub(super) fn name(&self, at: usize) -> Cow<'a, str> {
        self.text(at).unwrap_or_default()
    }

    /// Returns the indices of the items of a list.
    pub(super) fn items(&self, at: usize) -> impl Iterator<Item = usize> + Clone + use<'_, 'a> {
        let end = if let Token::List(end, _) = self.token(at) { end } else { 0 };
        let first = (at + 1 < end).then_some(at + 1);
        std::iter::successors(first, move |item| Some(self.after(*item)).filter(|next| *next < end))
    }

    /// Returns the indices of the tokens of an object's members. The next name is
    /// [after](Self::after) the value of the previous one.
    pub(super) fn members(&self, at: usize) -> Range<usize> {
        if let Token::Object(end, _) = self.token(at) { at + 1..end } else { 0..0 }
    }

    /// Returns the cost of copying a value, in tokens.
    pub(super) fn weight(&self, at: usize) -> usize {
        let bytes = match self.token(at) {
            Token::Null | Token::Bool => 0,
            Token::Number(text) | Token::String(text, _) => text.len(),
            Token::List(_, bytes) | Token::Object(_, bytes) => bytes,
        };
        self.after(at) - at + bytes / BYTES_PER_TOKEN
    }

    /// Returns the index of the token after a value.
    pub(super) fn after(&self, at: usize) -> usize {
        after(&self.tokens, at)
    }
}

/// Decodes the text between quotes.
#[inline]
pub(super) fn decoded((text, is_escaped): (&str, bool)) -> Cow<'_, str> {
    if is_escaped { Cow::Owned(unescaped(text)) } else { Cow::Borrowed(text) }
}

/// Returns the index of the token after a value.
pub(super) fn after(tokens: &[Token<'_>], at: usize) -> usize {
    match tokens.get(at) {
        Some(Token::List(end, _) | Token::Object(end, _)) => *end,
        _ => at + 1,
    }
}
