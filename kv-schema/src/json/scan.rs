//! JSON's tokens, where they stand in a text. Source: RFC 8259.

use super::error::{Flaw, Malformed};

/// A place in a text from which tokens are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// The bytes that do not stand for themselves in a string.
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

/// The error is boxed, since nearly all that is scanned is sound and results are returned for every token.
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

    /// Goes over white space, and says what comes then.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Goes over a byte, and the white space before it, if it is the next one.
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

    /// What kind of value comes next.
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

    /// Goes over `null`, `true` or `false`.
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

    /// Goes over a number, and returns how it is written.
    pub(super) fn number(&mut self) -> Scan<&'a str> {
        let from = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
            if let Some(b'0'..=b'9') = self.byte() {
                return self.flaw(Flaw::Expected("a number without zeros before it"));
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

    /// Goes over a string, and returns what stands between its quotes, and whether anything there is escaped.
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

    /// Four hexadecimal digits.
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

/// What a string says that is escaped.
pub(super) fn unescaped(string: &str) -> String {
    let mut said = String::with_capacity(string.len());
    let mut scanner = Scanner::new(string, 0);
    while let Some(plain) = string[scanner.at..].find('\\') {
        said.push_str(&string[scanner.at..scanner.at + plain]);
        scanner.at += plain;
        said.extend(scanner.escape());
    }
    said.push_str(&string[scanner.at..]);
    said
}
