//! The grammar of patterns, which have the same meaning in Rust and in JavaScript.
//!
//! Rust and WASM match a pattern with `regex-lite`, browsers with JavaScript's `RegExp` without the
//! `u` flag. The first works on Unicode scalar values, the second on UTF-16 code units, and each
//! has syntax that the other lacks. The common subset is small, but sufficient for identifiers,
//! codes and addresses:
//!
//! ```text
//! pattern = branch *( "|" branch )
//! branch  = *( "^" / "$" / atom [ count ] )
//! atom    = character / class / "(" pattern ")" / "(?:" pattern ")"
//! count   = ( "*" / "+" / "?" / "{" n "}" / "{" n "," "}" / "{" n "," m "}" ) [ "?" ]
//! class   = "[" 1*( character / character "-" character ) "]"
//! ```
//!
//! A character is printable ASCII, with a `\` before characters that have a meaning, or one of
//! `\t`, `\n`, `\r`, `\f` and `\v`. A text satisfies a pattern if it contains a match. `^` and `$`
//! match the start and the end of the text, not of a line.
//!
//! A matcher compares each character of the text with all positions in the pattern at which a
//! started match can continue. Without `^`, a match can start at each character, so
//! `[a-z]{1,1000}-` has up to 1,000 such positions. [`MAX_PLACES`] limits their number, because a
//! slower pattern would take a server seconds for a text of 64 KiB.

mod cost;

use cost::PatternNode;
use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

pub use cost::{MAX_PLACES, MAX_STATES};

/// The greatest number in a count such as `{n}`, because every repetition takes memory when the
/// pattern is compiled. Source: the greatest count in the HTML standard's pattern of an email
/// address is 61.
pub const MAX_COUNT: u32 = 1000;

/// The maximal nesting of groups. Source: the limit of `regex-lite` is 50.
pub const MAX_DEPTH: u32 = 50;

/// Checks that a text is a pattern.
///
/// # Errors
///
/// Returns the first part that is invalid or that differs between Rust and JavaScript, with the
/// fix.
///
/// ```
/// use kv_schema::pattern;
///
/// assert!(pattern::check("^[a-z]{2,3}(-[A-Z]{2})?$").is_ok());
/// let error = pattern::check(r"^\d+$").unwrap_err();
/// assert_eq!(error.to_string(), r"`\d` differs between Rust and JavaScript: write `[0-9]` (at character 2)");
/// ```
pub fn check(text: &str) -> Result<(), PatternError> {
    let mut parser = Parser { text, chars: text.char_indices().peekable(), depth: 0 };
    let pattern = parser.pattern()?;
    match parser.chars.next() {
        None => {
            cost::check(&pattern).map_err(|problem| parser.error(0, problem))?;
            let compiled = crate::rule::compile(text).map(drop);
            compiled.map_err(|error| {
                parser.error(0, format!("the pattern is too large: lower its counts ({error})"))
            })
        }
        Some((at, _)) => Err(parser.error(at, "a `)` without a `(`: write `\\)` for the character")),
    }
}

/// The error for a text that is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Counted from 1.
    at: usize,
    problem: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.problem, self.at)
    }
}

impl std::error::Error for PatternError {}

struct Parser<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    depth: u32,
}

impl Parser<'_> {
    fn error(&self, at: usize, problem: impl Into<String>) -> PatternError {
        PatternError { at: self.text[..at].chars().count() + 1, problem: problem.into() }
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }

    /// Parses up to the end, or to a `)`, which it does not consume.
    fn pattern(&mut self) -> Result<PatternNode, PatternError> {
        let (mut branches, mut branch) = (Vec::new(), Vec::new());
        while let Some((at, c)) = self.chars.next_if(|(_, c)| *c != ')') {
            match c {
                '|' => branches.push(PatternNode::Sequence(std::mem::take(&mut branch))),
                '^' | '$' => {
                    if self.peek().is_some_and(|c| "*+?{".contains(c)) {
                        return Err(self.error(at, format!("`{c}` is an anchor and cannot be repeated")));
                    }
                    branch.push(if c == '^' { PatternNode::Start } else { PatternNode::End });
                }
                _ => {
                    let atom = self.atom(at, c)?;
                    branch.push(match self.count()? {
                        Some((min, max)) => PatternNode::Repeated { node: Box::new(atom), min, max },
                        None => atom,
                    });
                }
            }
        }
        branches.push(PatternNode::Sequence(branch));
        Ok(PatternNode::Branches(branches))
    }

    fn atom(&mut self, at: usize, c: char) -> Result<PatternNode, PatternError> {
        match c {
            '(' => self.group(at),
            '[' => self.class(at),
            '.' => Err(self.error(
                at,
                "`.` matches a character in Rust and can match half of one in JavaScript: list the characters, as in \
                 `[ -~]`, or write `\\.` for the full stop",
            )),
            '*' | '+' | '?' => {
                Err(self.error(at, format!("`{c}` has nothing to repeat: write `\\{c}` for the character")))
            }
            ']' | '{' | '}' => Err(self.error(at, format!("write `\\{c}` for the character `{c}`"))),
            '\\' => self.escape(at).map(PatternNode::character),
            _ => self.literal(at, c).map(PatternNode::character),
        }
    }

    /// Parses a group after its `(`.
    fn group(&mut self, at: usize) -> Result<PatternNode, PatternError> {
        if self.eat('?') && !self.eat(':') {
            let inside = &self.text[at + "(?".len()..];
            let problem = match self.peek() {
                _ if ["=", "!", "<=", "<!"].iter().any(|start| inside.starts_with(start)) => {
                    "Rust does not support look-ahead and look-behind: use a `custom` rule"
                }
                Some('<' | 'P') => "named groups are not supported: write `(…)`",
                _ => "flags differ between Rust and JavaScript: list both cases, as in `[Aa]`",
            };
            return Err(self.error(at, problem));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(at, format!("groups can be nested at most {MAX_DEPTH} deep")));
        }
        let inside = self.pattern()?;
        self.depth -= 1;
        if self.eat(')') { Ok(inside) } else { Err(self.error(at, "this `(` has no `)`")) }
    }

    /// Parses a class after its `[`.
    fn class(&mut self, at: usize) -> Result<PatternNode, PatternError> {
        if self.peek() == Some('^') {
            return Err(self.error(
                at,
                "a negated class can match half a character in JavaScript: list the allowed characters",
            ));
        }
        let mut before: Option<char> = None;
        let mut empty = true;
        let mut characters = 0;
        while let Some((place, c)) = self.chars.next() {
            match c {
                ']' if empty => {
                    return Err(
                        self.error(place, "a class lists at least one character: write `\\]` for `]`")
                    );
                }
                ']' => return Ok(PatternNode::Characters(characters)),
                '-' if !empty && self.peek() != Some(']') => {
                    let Some(low) = before.take() else {
                        return Err(self.error(place, "write `\\-` for the character `-` inside a class"));
                    };
                    let Some((end, c)) = self.chars.next() else { break };
                    let high = self.class_character(end, c)?;
                    if low > high {
                        return Err(self.error(place, format!("`{low}` comes after `{high}`")));
                    }
                    characters |= (low..=high).fold(0, |all, c| all | cost::bit(c));
                }
                '-' => {
                    characters |= cost::bit('-');
                    before = None;
                }
                _ => {
                    let c = self.class_character(place, c)?;
                    characters |= cost::bit(c);
                    before = Some(c);
                }
            }
            empty = false;
        }
        Err(self.error(at, "this `[` has no `]`"))
    }

    fn class_character(&mut self, at: usize, c: char) -> Result<char, PatternError> {
        match c {
            '\\' => self.escape(at),
            // A pair of these is an operator in Rust.
            '&' | '~' if self.peek() != Some(c) => Ok(c),
            '[' | '&' | '~' | '-' => {
                Err(self.error(at, format!("write `\\{c}` for the character `{c}` inside a class")))
            }
            _ => self.literal(at, c),
        }
    }

    fn literal(&self, at: usize, c: char) -> Result<char, PatternError> {
        match c {
            ' '..='~' => Ok(c),
            _ if c.is_ascii_control() => {
                Err(self.error(at, "write a control character as `\\t`, `\\n`, `\\r`, `\\f` or `\\v`"))
            }
            _ => Err(self.error(
                at,
                format!("`{c}` is not ASCII and can be two characters in JavaScript: use a `custom` rule"),
            )),
        }
    }

    /// Parses an escape after its `\`.
    fn escape(&mut self, at: usize) -> Result<char, PatternError> {
        let Some((_, c)) = self.chars.next() else {
            return Err(self.error(at, "a `\\` at the end escapes nothing: write `\\\\` for the character"));
        };
        let instead = match c {
            't' => return Ok('\t'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            'f' => return Ok('\x0c'),
            'v' => return Ok('\x0b'),
            '!'..='~' if !c.is_ascii_alphanumeric() && !"<>_".contains(c) => return Ok(c),
            'd' => "write `[0-9]`",
            'w' => "write `[A-Za-z0-9_]`",
            's' => "write `[ \\t\\r\\n]`",
            'D' | 'W' | 'S' | 'p' | 'P' => "list the allowed characters",
            'b' | 'B' | 'A' | 'z' | 'Z' | '<' | '>' => "the supported anchors are `^` and `$`",
            '0'..='9' => "Rust does not support back-references",
            _ => "write the character itself",
        };
        Err(self.error(at, format!("`\\{c}` differs between Rust and JavaScript: {instead}")))
    }

    /// Parses the count after an atom, if there is one.
    fn count(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let Some((at, c)) = self.chars.next_if(|(_, c)| "*+?{".contains(*c)) else { return Ok(None) };
        let bounds = match c {
            '{' => self.bounds(at)?,
            '?' => (0, Some(1)),
            '+' => (1, None),
            _ => (0, None),
        };
        self.eat('?');
        if self.peek().is_some_and(|c| "*+?{".contains(c)) {
            return Err(self.error(at, "a count follows a count: use a group, as in `(?:a+)*`"));
        }
        Ok(Some(bounds))
    }

    /// Parses the bounds of a count after its `{`.
    fn bounds(&mut self, at: usize) -> Result<(u32, Option<u32>), PatternError> {
        let min = self.number();
        let max = if self.eat(',') { self.number() } else { min };
        if !self.eat('}') || min.is_none() {
            return Err(self.error(at, "a count is `{n}`, `{n,}` or `{n,m}`; write `\\{` for the character"));
        }
        if min.max(max) > Some(MAX_COUNT) {
            return Err(self.error(at, format!("a count can be at most {MAX_COUNT}")));
        }
        if max.is_some() && min > max {
            return Err(self.error(at, "the minimum count is greater than the maximum"));
        }
        Ok((min.unwrap_or_default(), max))
    }

    /// Parses a number. One that is too large for a `u32` saturates.
    fn number(&mut self) -> Option<u32> {
        let mut number = None;
        while let Some((_, c)) = self.chars.next_if(|(_, c)| c.is_ascii_digit()) {
            let digit = c.to_digit(10).unwrap_or_default();
            number = Some(number.unwrap_or(0u32).saturating_mul(10).saturating_add(digit));
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_common_to_rust_and_javascript_is_accepted() {
        for pattern in [
            "",
            "^$",
            "a|b||",
            "^[a-z]{2,3}(-[A-Z]{2})?$",
            r"^\+?[0-9 ()/\-]{5,20}$",
            r"(?:(?:[0-9]{1,3}\.){3}[0-9]+?)*",
            r"[\]-a]|[-a]|[a-]|[!-/:-@\[-`{-~]|[&~]|\t\n\r\f\v",
            r"\/\@\#\-\{\}\[\]\(\)\|\\",
            "a{0}b{3,}?",
        ] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn syntax_that_differs_is_refused_at_its_character() {
        for (pattern, at, message) in [
            ("ab.", 3, "`[ -~]`"),
            ("[^a]", 1, "negated"),
            (r"\d", 1, "`[0-9]`"),
            (r"a\w", 2, "`[A-Za-z0-9_]`"),
            (r"[\s]", 2, r"`[ \t\r\n]`"),
            (r"\bword", 1, "`^` and `$`"),
            (r"\<word", 1, "`^` and `$`"),
            (r"(a)\1", 4, "back-references"),
            ("(?i)a", 1, "`[Aa]`"),
            ("(?=a)", 1, "look-ahead"),
            ("(?<!a)", 1, "look-behind"),
            ("(?P<n>a)", 1, "named groups"),
            ("(?<n>a)", 1, "named groups"),
            ("(?<=a)", 1, "look-behind"),
            ("ü+", 1, "not ASCII"),
            ("a\nb", 2, "`\\n`"),
            ("a**", 2, "a count follows a count"),
            ("a{2}{3}", 2, "a count follows a count"),
            ("^*", 1, "cannot be repeated"),
            ("*a", 1, "nothing to repeat"),
            ("a|+", 3, "nothing to repeat"),
            ("(?:a", 1, "no `)`"),
            ("a)", 2, "without a `(`"),
            ("[a", 1, "no `]`"),
            ("[]a]", 2, "at least one"),
            ("[a[b]]", 3, r"`\[`"),
            ("[a&&b]", 3, r"`\&`"),
            ("[~~]", 2, r"`\~`"),
            ("[!-&&]", 4, r"`\&`"),
            ("[a--b]", 4, r"`\-`"),
            ("[a-b-c]", 5, r"`\-`"),
            ("[z-a]", 3, "comes after"),
            ("a{", 2, "`{n}`"),
            ("a{,3}", 2, "`{n}`"),
            ("a{3,2}", 2, "greater than the maximum"),
            ("a{1001}", 2, "at most 1000"),
            ("a{99999999999}", 2, "at most 1000"),
            ("a}", 2, r"`\}`"),
            ("a]", 2, r"`\]`"),
            ("a\\", 2, "at the end"),
            (r"\u0041", 1, "the character itself"),
        ] {
            let error = check(pattern).expect_err(pattern);
            assert_eq!(error.at, at, "{pattern}: {error}");
            assert!(error.to_string().contains(message), "{pattern}: {error}");
        }
        assert!(check(&"(".repeat(99_999)).is_err());
        assert!(check("((((a{1000}){1000}){1000}){1000}){1000}").is_err());
    }

    #[test]
    fn slow_pattern_is_refused() {
        for pattern in [
            "[a-z]{1,1000}-",
            "[a-z]{1,40}-",
            "[a-z]{1000}",
            "(?:a?){40}b",
            "(?:a*){40}b",
            "(?:(?:a{1,8}){1,8}){1,8}-",
            "^(?:[a-z]*[0-9a-z]*){30}$",
            "(?:|){100}b",
            "^a*(?:a|b)(?:a|b){12}a$|(?:a|b)*a(?:a|b){20}c",
        ] {
            let error = check(pattern).expect_err(pattern);
            assert!(error.to_string().contains("lower its counts"), "{pattern}: {error}");
        }
        let error = check("^(?:[a-z]{1,1000}){1,1000}$").unwrap_err();
        assert!(error.to_string().contains("more than 4096 states"), "{error}");
    }

    #[test]
    fn count_after_an_anchor_is_accepted() {
        for pattern in [
            "^[a-z]{1,1000}$",
            "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
            "^(?:[a-z]{1,63}\\.)*[a-z]{2,63}$",
            "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
            "^(?:january|february|march|april|may|june|july|august|september|october|november|december)$",
            "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
            "[0-9]{4}-[0-9]{2}-[0-9]{2}",
            "#(?:[0-9a-f]{3}){1,2}$",
            crate::rule::Email::PATTERN,
            crate::rule::Url::PATTERN,
        ] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }
}
