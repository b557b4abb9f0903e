//! Reads the syntax of JSON (RFC 8259), without duplicate members and too deep nesting.

use super::document::{Token, after, decoded};
use super::error::{Flaw, Malformed, shown};
use super::scan::{Kind, Scan, Scanner};

/// The most members of which each name is compared with all earlier ones. More are sorted.
const FEW: usize = 16;

/// The bytes of a token in typical JSON, from which the capacity for tokens is estimated.
const BYTES_PER_TOKEN: usize = 6;

/// Reads a text as one JSON value.
pub(super) fn read(text: &str, max_depth: usize) -> Scan<Vec<Token<'_>>> {
    let scanner = Scanner::new(text, 0);
    if text.starts_with('\u{feff}') {
        return scanner.flaw(Flaw::ByteOrderMark);
    }
    let tokens = Vec::with_capacity(text.len() / BYTES_PER_TOKEN + 1);
    let mut reader = Reader { text, scanner, max_depth, tokens };
    reader.value(0)?;
    match reader.scanner.peek() {
        None => Ok(reader.tokens),
        Some(_) => reader.scanner.flaw(Flaw::TrailingData),
    }
}

/// Reads a document in one pass.
struct Reader<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    max_depth: usize,
    tokens: Vec<Token<'a>>,
}

impl Reader<'_> {
    /// Reads a value at a nesting depth.
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
                let start = self.scanner.at;
                self.tokens.push(Token::Null);
                self.list(depth + 1)?;
                self.tokens[at] = Token::List(self.tokens.len(), self.scanner.at - start);
                return Ok(());
            }
            Kind::Object => {
                let start = self.scanner.at;
                self.tokens.push(Token::Null);
                self.object(depth + 1)?;
                self.tokens[at] = Token::Object(self.tokens.len(), self.scanner.at - start);
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

    /// Returns an error for the first duplicate name of an object, whose members start at token
    /// `first`.
    fn each_once(&self, first: usize, members: usize) -> Scan {
        let names = Names { tokens: &self.tokens, at: first };
        let twice = if members <= FEW {
            let earlier = |nth| names.clone().take(nth);
            let mut all = names.clone().enumerate();
            all.find(|(nth, name)| earlier(*nth).any(|other| is_same(other, *name))).map(|(_, name)| name)
        } else {
            // The later of two equal names has the higher address.
            let mut all: Vec<_> = names.map(|name| (decoded(name), name.0.as_ptr(), name)).collect();
            all.sort_unstable();
            let again = all.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].2);
            again.min_by_key(|name| name.0.as_ptr())
        };
        let Some(name) = twice else { return Ok(()) };
        // The offset of the opening quote.
        let offset = name.0.as_ptr().addr() - self.text.as_ptr().addr() - 1;
        Err(Box::new(Malformed { offset, flaw: Flaw::Duplicate(shown(&decoded(name))) }))
    }
}

/// The text between the quotes of a name, and whether it contains escapes.
type Name<'a> = (&'a str, bool);

/// An iterator over the names of the members that start at a token.
#[derive(Clone)]
struct Names<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a> Iterator for Names<'_, 'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        let Some(Token::String(name, is_escaped)) = self.tokens.get(self.at) else { return None };
        self.at = after(self.tokens, self.at + 1);
        Some((name, *is_escaped))
    }
}

fn is_same(a: Name<'_>, b: Name<'_>) -> bool {
    if a.1 || b.1 { decoded(a) == decoded(b) } else { a.0 == b.0 }
}
