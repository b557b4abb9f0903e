//! [`Json`], a tree that keeps the text of numbers, whatever features `serde_json` has.

use std::fmt;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// The text of a number.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Parses JSON. Returns `None` if it is invalid.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text, depth: 0 };
        let json = parser.value()?;
        parser.space();
        parser.rest.is_empty().then_some(json)
    }

    /// Returns whether two values are equal. Numbers are compared as numbers; the order of members
    /// and items does not matter.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => same_number(a, b),
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len()
                    && (a.iter().zip(b).all(|(a, b)| a.is(b)) || a.iter().all(|a| b.iter().any(|b| a.is(b))))
            }
            (Self::Object(a), Self::Object(b)) => {
                let found = |name: &str| b.iter().find(|(other, _)| other == name);
                a.len() == b.len() && a.iter().all(|(name, a)| found(name).is_some_and(|(_, b)| a.is(b)))
            }
            _ => self == other,
        }
    }
}

/// Returns whether two numbers are equal, as integers if both are integers, otherwise as floats.
pub(super) fn same_number(a: &str, b: &str) -> bool {
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => {
            a == b
                || matches!((float(a), float(b)), (Some(a), Some(b)) if a.total_cmp(&b).is_eq() || a.abs() + b.abs() <= 0.0)
        }
    }
}

/// Returns whether two numbers are equal within the precision of an `f32`.
pub(super) fn near_number(a: &str, b: &str) -> bool {
    same_number(a, b)
        || (a.contains(['.', 'e', 'E'])
            && matches!((float(a), float(b)), (Some(a), Some(b)) if (a - b).abs() <= 1e-6 * a.abs()))
}

fn float(text: &str) -> Option<f64> {
    text.parse().ok()
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => write_text(text, f),
            Self::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (at, (name, value)) in members.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    write_text(name, f)?;
                    f.write_str(":")?;
                    value.fmt(f)?;
                }
                f.write_str("}")
            }
        }
    }
}

fn write_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    /// The depth that `serde_json` accepts.
    const DEEPEST: usize = 128;

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn takes(&mut self, token: &str) -> bool {
        self.space();
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    fn value(&mut self) -> Option<Json> {
        self.space();
        match self.rest.as_bytes().first()? {
            b'n' => self.takes("null").then_some(Json::Null),
            b't' => self.takes("true").then_some(Json::Bool(true)),
            b'f' => self.takes("false").then_some(Json::Bool(false)),
            b'"' => self.text().map(Json::Text),
            b'[' => self.parts("[", "]", Self::value).map(Json::List),
            b'{' => {
                let member = |parser: &mut Self| {
                    parser.space();
                    let name = parser.text()?;
                    if parser.takes(":") { Some((name, parser.value()?)) } else { None }
                };
                self.parts("{", "}", member).map(Json::Object)
            }
            _ => {
                let end = self.rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
                let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                float(number).map(|_| Json::Number(number.to_owned()))
            }
        }
    }

    fn parts<T>(&mut self, open: &str, close: &str, part: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.depth += 1;
        if self.depth > Self::DEEPEST || !self.takes(open) {
            return None;
        }
        let mut parts = Vec::new();
        if !self.takes(close) {
            loop {
                parts.push(part(self)?);
                if self.takes(close) {
                    break;
                }
                if !self.takes(",") {
                    return None;
                }
            }
        }
        self.depth -= 1;
        Some(parts)
    }

    fn text(&mut self) -> Option<String> {
        let mut escaped = false;
        let end = self.rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let (text, rest) = self.rest.split_at_checked(end + 2)?;
        self.rest = rest;
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_it_was_parsed() {
        for text in ["null", "[1,-2.50,1e3]", r#"{"a":"\"\\é\u0001","b":[true,{}]}"#, "[]", r#""""#] {
            assert_eq!(Json::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "[1", "{\"a\"}", "[1 2]", "1x", "\"", "nul"] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
        assert_eq!(Json::parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn numbers_are_compared_by_what_they_are() {
        assert!(same_number("1", "1.0") && same_number("1e3", "1000"));
        assert!(!same_number("9007199254740993", "9007199254740992"));
        assert!(!same_number("117.63331139400017", "117.63331139400016"));
        assert!(near_number("117.63331139400017", "117.633311394") && !near_number("1.5", "1.6"));
    }
}
