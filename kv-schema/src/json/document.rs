//! JSON as it is gone through: of every value what it is and where the next one is, so that nobody has to read it again
//! to find something in it.

use super::error::{Flaw, Malformed};
use super::grammar;
use super::scan::{Scan, unescaped};
use std::borrow::Cow;
use std::ops::Range;

/// JSON that is taken: its values and names in the order in which they start.
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
    /// As it is written.
    Number(&'a str),
    /// What stands between the quotes, and whether anything there is escaped.
    String(&'a str, bool),
    /// The token after its last item, and how many bytes of text it takes.
    List(usize, usize),
    /// The token after its last member, and how many bytes of text it takes. A member is a name followed by its value.
    Object(usize, usize),
}

/// How many bytes of text weigh as much as a token: a copy of a value allocates per token and copies its bytes.
const BYTES_A_TOKEN: usize = 128;

impl<'a> Document<'a> {
    /// Reads bytes as the one value that they must be.
    pub(super) fn read(bytes: &'a [u8], max_depth: usize) -> Scan<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Box::new(Malformed { offset: error.valid_up_to(), flaw: Flaw::Encoding }))?;
        Ok(Self { tokens: grammar::read(text, max_depth)?, len: text.len() })
    }

    /// How many bytes it has.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// What a token is. There is one at 0, and wherever `items` and `members` lead.
    pub(super) fn token(&self, at: usize) -> Token<'a> {
        self.tokens.get(at).copied().unwrap_or(Token::Null)
    }

    /// What the string or name there says; `None` when it is none.
    pub(super) fn text(&self, at: usize) -> Option<Cow<'a, str>> {
        match self.token(at) {
            Token::String(text, is_escaped) => Some(said((text, is_escaped))),
            _ => None,
        }
    }

    /// What the name there is.
    pub(super) fn name(&self, at: usize) -> Cow<'a, str> {
        self.text(at).unwrap_or_default()
    }

    /// Where the items of the list there are.
    pub(super) fn items(&self, at: usize) -> impl Iterator<Item = usize> + Clone + use<'_, 'a> {
        let end = if let Token::List(end, _) = self.token(at) { end } else { 0 };
        let first = (at + 1 < end).then_some(at + 1);
        std::iter::successors(first, move |item| Some(self.behind(*item)).filter(|next| *next < end))
    }

    /// Where the names of the members of the object there can be, the next one being [behind](Self::behind) the value
    /// of the one before.
    pub(super) fn members(&self, at: usize) -> Range<usize> {
        if let Token::Object(end, _) = self.token(at) { at + 1..end } else { 0..0 }
    }

    /// Returns what a copy of the value there costs, in tokens.
    pub(super) fn weight(&self, at: usize) -> usize {
        let bytes = match self.token(at) {
            Token::Null | Token::Bool => 0,
            Token::Number(text) | Token::String(text, _) => text.len(),
            Token::List(_, bytes) | Token::Object(_, bytes) => bytes,
        };
        self.behind(at) - at + bytes / BYTES_A_TOKEN
    }

    /// Where the token is that stands behind a value.
    pub(super) fn behind(&self, at: usize) -> usize {
        behind(&self.tokens, at)
    }
}

/// What stands between quotes says, if anything there is escaped or not.
#[inline]
pub(super) fn said((text, is_escaped): (&str, bool)) -> Cow<'_, str> {
    if is_escaped { Cow::Owned(unescaped(text)) } else { Cow::Borrowed(text) }
}

/// Where the token is that stands behind a value.
pub(super) fn behind(tokens: &[Token<'_>], at: usize) -> usize {
    match tokens.get(at) {
        Some(Token::List(end, _) | Token::Object(end, _)) => *end,
        _ => at + 1,
    }
}
