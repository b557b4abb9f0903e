//! What is JSON that is taken at all, whatever the type: RFC 8259, each member once, not too deep.
//!
//! It is gone over once, and of every value is kept what it is and where the next one is, so that nobody has to read it
//! again to find something in it.

use super::error::{Flaw, Malformed, shown};
use super::scan::{Kind, Scan, Scanner, unescaped};
use std::borrow::Cow;
use std::ops::Range;

/// How many names are compared each with each.
const FEW: usize = 16;

/// How many bytes a value or a name takes in usual JSON, to ask for memory once.
const BYTES_A_TOKEN: usize = 6;

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
    /// Where the token behind its last item is.
    List(usize),
    /// Where the token behind its last member is. Each is a name and the value behind it.
    Object(usize),
}

impl<'a> Document<'a> {
    /// Reads bytes as the one value that they must be.
    pub(super) fn read(bytes: &'a [u8], max_depth: usize) -> Scan<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Box::new(Malformed { offset: error.valid_up_to(), flaw: Flaw::Encoding }))?;
        let mut scanner = Scanner::new(text, 0);
        if text.starts_with('\u{feff}') {
            return scanner.flaw(Flaw::ByteOrderMark);
        }
        let tokens = Vec::with_capacity(text.len() / BYTES_A_TOKEN + 1);
        let mut reader = Reader { text, scanner, max_depth, tokens };
        reader.value(0)?;
        scanner = reader.scanner;
        match scanner.peek() {
            None => Ok(Self { tokens: reader.tokens, len: text.len() }),
            Some(_) => scanner.flaw(Flaw::TrailingData),
        }
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
        let end = if let Token::List(end) = self.token(at) { end } else { 0 };
        let first = (at + 1 < end).then_some(at + 1);
        std::iter::successors(first, move |item| Some(self.behind(*item)).filter(|next| *next < end))
    }

    /// Where the names of the members of the object there can be, the next one being [behind](Self::behind) the value
    /// of the one before.
    pub(super) fn members(&self, at: usize) -> Range<usize> {
        if let Token::Object(end) = self.token(at) { at + 1..end } else { 0..0 }
    }

    /// Where the token is that stands behind a value.
    pub(super) fn behind(&self, at: usize) -> usize {
        behind(&self.tokens, at)
    }
}

/// Goes over a text once.
struct Reader<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    max_depth: usize,
    tokens: Vec<Token<'a>>,
}

impl Reader<'_> {
    /// Goes over a value that stands `depth` deep.
    fn value(&mut self, depth: usize) -> Scan {
        let at = self.tokens.len();
        let token = match self.scanner.kind()? {
            Kind::Null => self.scanner.word().map(|()| Token::Null)?,
            Kind::Bool => self.scanner.word().map(|()| Token::Bool)?,
            Kind::Number => Token::Number(self.scanner.number()?),
            Kind::String => {
                let (text, is_escaped) = self.scanner.string()?;
                Token::String(text, is_escaped)
            }
            Kind::List | Kind::Object if depth == self.max_depth => {
                return self.scanner.flaw(Flaw::TooDeep(self.max_depth));
            }
            Kind::List => {
                self.tokens.push(Token::Null);
                self.list(depth + 1)?;
                self.tokens[at] = Token::List(self.tokens.len());
                return Ok(());
            }
            Kind::Object => {
                self.tokens.push(Token::Null);
                self.object(depth + 1)?;
                self.tokens[at] = Token::Object(self.tokens.len());
                return Ok(());
            }
        };
        self.tokens.push(token);
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Scan {
        self.scanner.at += 1;
        if self.scanner.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.scanner.eat(b']') {
                return Ok(());
            }
            self.scanner.expect(b',', "`,` or `]`")?;
        }
    }

    fn object(&mut self, depth: usize) -> Scan {
        self.scanner.at += 1;
        if self.scanner.eat(b'}') {
            return Ok(());
        }
        let first = self.tokens.len();
        let mut members = 0;
        loop {
            let (name, is_escaped) = self.scanner.string()?;
            self.tokens.push(Token::String(name, is_escaped));
            members += 1;
            self.scanner.expect(b':', "`:`")?;
            self.value(depth)?;
            if self.scanner.eat(b'}') {
                return self.each_once(first, members);
            }
            self.scanner.expect(b',', "`,` or `}`")?;
        }
    }

    /// Finds the first name, by its second place, that is there twice among the members from a token on.
    fn each_once(&self, first: usize, members: usize) -> Scan {
        let names = Names { tokens: &self.tokens, at: first };
        let twice = if members <= FEW {
            let earlier = |nth| names.clone().take(nth);
            let mut all = names.clone().enumerate();
            all.find(|(nth, name)| earlier(*nth).any(|other| is_same(other, *name))).map(|(_, name)| name)
        } else {
            // Where a name starts in the text decides which of equal ones is the later one.
            let mut all: Vec<_> = names.map(|name| (said(name), name.0.as_ptr(), name)).collect();
            all.sort_unstable();
            let again = all.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].2);
            again.min_by_key(|name| name.0.as_ptr())
        };
        let Some(name) = twice else { return Ok(()) };
        // The quote before it.
        let offset = name.0.as_ptr().addr() - self.text.as_ptr().addr() - 1;
        Err(Box::new(Malformed { offset, flaw: Flaw::Duplicate(shown(&said(name))) }))
    }
}

/// What stands between the quotes of a name, and whether anything there is escaped.
type Name<'a> = (&'a str, bool);

/// The names of the members that start at a token.
#[derive(Clone)]
struct Names<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a> Iterator for Names<'_, 'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        let Some(Token::String(name, is_escaped)) = self.tokens.get(self.at) else { return None };
        self.at = behind(self.tokens, self.at + 1);
        Some((name, *is_escaped))
    }
}

#[inline]
fn said((name, is_escaped): Name<'_>) -> Cow<'_, str> {
    if is_escaped { Cow::Owned(unescaped(name)) } else { Cow::Borrowed(name) }
}

fn is_same(a: Name<'_>, b: Name<'_>) -> bool {
    if a.1 || b.1 { said(a) == said(b) } else { a.0 == b.0 }
}

/// Where the token is that stands behind a value.
fn behind(tokens: &[Token<'_>], at: usize) -> usize {
    match tokens.get(at) {
        Some(Token::List(end) | Token::Object(end)) => *end,
        _ => at + 1,
    }
}
