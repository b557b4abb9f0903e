//! Reads tokens of JSON from a text. Source: RFC 8259.

use super::error::{Flaw, Malformed};

/// A position in a text from which tokens are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// The bytes that end a run of plain bytes in a string.
const ENDS_PLAIN: [bool; 256] = {
    let mut ends = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        ends[control] = true;
        control += 1;
    }
    ends[b'"' as usize] = true;
    ends[b'\\' as usize] = true;
    ends
};

/// The kinds of values, by their first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    String,
    List,
    Object,
}

/// A result for each token. The error is boxed to keep it small, because errors are rare.
pub(super) type Scan<T = ()> = Result<T, Box<Malformed>>;

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn flaw<T>(&self, flaw: Flaw) -> Scan<T> {
        Err(Box::new(Malformed { offset: self.at, flaw }))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space and returns the next byte.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Skips white space and, if it is next, the wanted byte. Returns whether it was.
    pub(super) fn eat(&mut self, wanted: u8) -> bool {
        let is_next = self.peek() == Some(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, wanted: u8, name: &'static str) -> Scan {
        if self.eat(wanted) { Ok(()) } else { self.expected(name) }
    }

    pub(super) fn expected<T>(&self, what: &'static str) -> Scan<T> {
        self.flaw(if self.is_at_end() { Flaw::End } else { Flaw::Expected(what) })
    }

    /// Returns the kind of the next value.
    pub(super) fn kind(&mut self) -> Scan<Kind> {
        match self.peek() {
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'"') => Ok(Kind::String),
            Some(b'[') => Ok(Kind::List),
            Some(b'{') => Ok(Kind::Object),
            _ => self.expected("a value"),
        }
    }

    /// Reads `null`, `true` or `false`.
    pub(super) fn word(&mut self) -> Scan {
        let rest = &self.text[self.at..];
        match ["null", "true", "false"].into_iter().find(|word| rest.starts_with(word)) {
            Some(word) => {
                self.at += word.len();
                Ok(())
            }
            None if ["null", "true", "false"].iter().any(|word| word.starts_with(rest)) => {
                self.at = self.text.len();
                self.flaw(Flaw::End)
            }
            None => self.expected("a value"),
        }
    }

    fn digits(&mut self) -> Scan {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == from { self.expected("a digit") } else { Ok(()) }
    }

    /// Reads a number and returns its text.
    pub(super) fn number(&mut self) -> Scan<&'a str> {
        let from = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
            if let Some(b'0'..=b'9') = self.byte() {
                return self.flaw(Flaw::Expected("a number without leading zeros"));
            }
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[from..self.at])
    }

    /// Reads a string and returns the text between its quotes, and whether it contains escapes.
    pub(super) fn string(&mut self) -> Scan<(&'a str, bool)> {
        self.expect(b'"', "a string")?;
        let from = self.at;
        let mut is_escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|byte| ENDS_PLAIN[usize::from(*byte)]);
            self.at += plain.unwrap_or(rest.len());
            match self.byte() {
                None => return self.flaw(Flaw::End),
                Some(b'"') => {
                    self.at += 1;
                    return Ok((&self.text[from..self.at - 1], is_escaped));
                }
                Some(b'\\') => {
                    self.escape()?;
                    is_escaped = true;
                }
                Some(_) => return self.flaw(Flaw::ControlCharacter),
            }
        }
    }

    fn escape(&mut self) -> Scan<char> {
        let from = *self;
        self.at += 1;
        let escaped = self.byte();
        self.at += 1;
        Ok(match escaped {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.unit()?;
                let is_high = (0xd800..0xdc00).contains(&first);
                let second = if is_high && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    Some(self.unit()?)
                } else {
                    None
                };
                match char::decode_utf16([first].into_iter().chain(second)).next() {
                    Some(Ok(c)) => c,
                    _ => return from.flaw(Flaw::LoneSurrogate),
                }
            }
            None => return self.flaw(Flaw::End),
            Some(_) => return from.flaw(Flaw::Escape),
        })
    }

    /// Reads a UTF-16 code unit of four hexadecimal digits.
    fn unit(&mut self) -> Scan<u16> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let unit = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)).and_then(|digits| {
            std::str::from_utf8(digits).ok().and_then(|digits| u16::from_str_radix(digits, 16).ok())
        });
        let Some(unit) = unit else {
            return if digits.is_none() { self.flaw(Flaw::End) } else { self.flaw(Flaw::Escape) };
        };
        self.at += 4;
        Ok(unit)
    }
}

/// Decodes the escapes in the text of a string.
pub(super) fn unescaped(string: &str) -> String {
    let mut text = String::with_capacity(string.len());
    let mut scanner = Scanner::new(string, 0);
    while let Some(plain) = string[scanner.at..].find('\\') {
        text.push_str(&string[scanner.at..scanner.at + plain]);
        scanner.at += plain;
        text.extend(scanner.escape());
    }
    text.push_str(&string[scanner.at..]);
    text
}
