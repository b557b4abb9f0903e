//! The grammar of patterns: what Rust and JavaScript read alike.
//!
//! A pattern is judged by `regex-lite` in Rust and WASM, and by JavaScript's `RegExp` without the `u` flag in a browser.
//! The first counts in Unicode scalar values, the second in UTF-16 units, and each has forms that the other has
//! not. What is left is small and enough for identifiers, codes and addresses:
//!
//! ```text
//! pattern = branch *( "|" branch )
//! branch  = *( "^" / "$" / atom [ count ] )
//! atom    = character / class / "(" pattern ")" / "(?:" pattern ")"
//! count   = ( "*" / "+" / "?" / "{" n "}" / "{" n "," "}" / "{" n "," m "}" ) [ "?" ]
//! class   = "[" 1*( character / character "-" character ) "]"
//! ```
//!
//! A character is printable ASCII, with a `\` before what has a meaning, or one of `\t`, `\n`, `\r`, `\f` and `\v`. A pattern
//! holds where it matches anywhere in the text; `^` and `$` are the text's own start and end, never those of a line.
//!
//! A matcher compares each character of the text with all places of the pattern at which a match that has begun may
//! continue. Without `^`, a match may begin at each character, so `[a-z]{1,1000}-` has up to 1,000 such places. Their number is
//! bounded by [`MAX_PLACES`]: a pattern beyond it would cost a server seconds for a text of 64 KiB.

mod cost;

use cost::Node;
use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

pub use cost::{MAX_PLACES, MAX_STATES};

/// The most times that a count may ask for. Source: the greatest `{n}` that the HTML standard's own pattern of an email
/// address uses is 61; each time costs memory when the pattern is compiled.
pub const MAX_COUNT: u32 = 1000;

/// How deep groups may stand in groups. Source: the limit of `regex-lite` is 50.
pub const MAX_DEPTH: u32 = 50;

/// Whether a text is a pattern.
///
/// # Errors
///
/// The first thing in it that Rust and JavaScript would not read alike, and what to write instead.
///
/// ```
/// use kv_schema::pattern;
///
/// assert!(pattern::check("^[a-z]{2,3}(-[A-Z]{2})?$").is_ok());
/// let error = pattern::check(r"^\d+$").unwrap_err();
/// assert_eq!(error.to_string(), r"`\d` has not the same meaning everywhere: write `[0-9]` (at character 2)");
/// ```
pub fn check(text: &str) -> Result<(), PatternError> {
    let mut parser = Parser { text, chars: text.char_indices().peekable(), depth: 0 };
    let pattern = parser.pattern()?;
    match parser.chars.next() {
        None => {
            cost::check(&pattern).map_err(|problem| parser.error(0, problem))?;
            let compiled = crate::rule::compile(text).map(drop);
            compiled.map_err(|error| parser.error(0, format!("too large, lower the counts: {error}")))
        }
        Some((at, _)) => Err(parser.error(at, "a `)` without its `(`: write `\\)` for the character")),
    }
}

/// Why a text is no pattern.
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

    /// Up to the end, or to a `)`, which is left to the caller.
    fn pattern(&mut self) -> Result<Node, PatternError> {
        let (mut branches, mut branch) = (Vec::new(), Vec::new());
        while let Some((at, c)) = self.chars.next_if(|(_, c)| *c != ')') {
            match c {
                '|' => branches.push(Node::Sequence(std::mem::take(&mut branch))),
                '^' | '$' => {
                    if self.peek().is_some_and(|c| "*+?{".contains(c)) {
                        return Err(self.error(at, format!("`{c}` is a place and cannot be counted")));
                    }
                    branch.push(if c == '^' { Node::Start } else { Node::End });
                }
                _ => {
                    let atom = self.atom(at, c)?;
                    branch.push(match self.count()? {
                        Some((min, max)) => Node::Repeated { node: Box::new(atom), min, max },
                        None => atom,
                    });
                }
            }
        }
        branches.push(Node::Sequence(branch));
        Ok(Node::Branches(branches))
    }

    fn atom(&mut self, at: usize, c: char) -> Result<Node, PatternError> {
        match c {
            '(' => self.group(at),
            '[' => self.class(at),
            '.' => Err(self.error(
                at,
                "`.` is a character in Rust and can be half of one in JavaScript: name the characters, as in `[ -~]`, or \
                 write `\\.` for the full stop",
            )),
            '*' | '+' | '?' => Err(self.error(at, format!("`{c}` counts nothing: write `\\{c}` for the character"))),
            ']' | '{' | '}' => Err(self.error(at, format!("write `\\{c}` for the character `{c}`"))),
            '\\' => self.escape(at).map(Node::character),
            _ => self.literal(at, c).map(Node::character),
        }
    }

    /// Behind the `(`.
    fn group(&mut self, at: usize) -> Result<Node, PatternError> {
        if self.eat('?') && !self.eat(':') {
            let inside = &self.text[at + "(?".len()..];
            let problem = match self.peek() {
                _ if ["=", "!", "<=", "<!"].iter().any(|looks| inside.starts_with(looks)) => {
                    "Rust looks neither ahead nor behind: leave it to a `custom` rule"
                }
                Some('<' | 'P') => "a group has no name: write `(…)`",
                _ => "flags have not the same meaning everywhere: name both cases, as in `[Aa]`",
            };
            return Err(self.error(at, problem));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(at, format!("groups stand at most {MAX_DEPTH} deep")));
        }
        let inside = self.pattern()?;
        self.depth -= 1;
        if self.eat(')') { Ok(inside) } else { Err(self.error(at, "this `(` has no `)`")) }
    }

    /// Behind the `[`.
    fn class(&mut self, at: usize) -> Result<Node, PatternError> {
        if self.peek() == Some('^') {
            return Err(self.error(
                at,
                "a negated class can match half a character in JavaScript: name the characters that may stand here",
            ));
        }
        let mut before: Option<char> = None;
        let mut empty = true;
        let mut characters = 0;
        while let Some((place, c)) = self.chars.next() {
            match c {
                ']' if empty => {
                    return Err(
                        self.error(place, "a class names at least one character; write `\\]` for `]`")
                    );
                }
                ']' => return Ok(Node::Characters(characters)),
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
            // Two of these are an operator in Rust.
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
                Err(self.error(at, "a control character is written `\\t`, `\\n`, `\\r`, `\\f` or `\\v`"))
            }
            _ => Err(self.error(
                at,
                format!(
                    "`{c}` is not ASCII, and is not one character everywhere: leave it to a `custom` rule"
                ),
            )),
        }
    }

    /// Behind the `\`.
    fn escape(&mut self, at: usize) -> Result<char, PatternError> {
        let Some((_, c)) = self.chars.next() else {
            return Err(self.error(at, "a `\\` at the end means nothing: write `\\\\` for the character"));
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
            'D' | 'W' | 'S' | 'p' | 'P' => "name the characters that may stand here",
            'b' | 'B' | 'A' | 'z' | 'Z' | '<' | '>' => "the places are `^` and `$`",
            '0'..='9' => "Rust does not look back at groups",
            _ => "write the character itself",
        };
        Err(self.error(at, format!("`\\{c}` has not the same meaning everywhere: {instead}")))
    }

    /// How often the atom before may stand.
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
            return Err(self.error(at, "a count of a count: put the inner one in a group, as in `(?:a+)*`"));
        }
        Ok(Some(bounds))
    }

    /// Behind the `{`.
    fn bounds(&mut self, at: usize) -> Result<(u32, Option<u32>), PatternError> {
        let min = self.number();
        let max = if self.eat(',') { self.number() } else { min };
        if !self.eat('}') || min.is_none() {
            return Err(self.error(at, "a count is `{n}`, `{n,}` or `{n,m}`; write `\\{` for the character"));
        }
        if min.max(max) > Some(MAX_COUNT) {
            return Err(self.error(at, format!("a count goes up to {MAX_COUNT}")));
        }
        if max.is_some() && min > max {
            return Err(self.error(at, "the least count is more than the greatest"));
        }
        Ok((min.unwrap_or_default(), max))
    }

    /// A number, as far as it matters whether it is too large.
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
    fn what_both_read_alike_is_a_pattern() {
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
    fn what_they_read_differently_is_refused_where_it_stands() {
        for (pattern, at, says) in [
            ("ab.", 3, "`[ -~]`"),
            ("[^a]", 1, "negated"),
            (r"\d", 1, "`[0-9]`"),
            (r"a\w", 2, "`[A-Za-z0-9_]`"),
            (r"[\s]", 2, r"`[ \t\r\n]`"),
            (r"\bword", 1, "`^` and `$`"),
            (r"\<word", 1, "`^` and `$`"),
            (r"(a)\1", 4, "look back"),
            ("(?i)a", 1, "`[Aa]`"),
            ("(?=a)", 1, "ahead"),
            ("(?<!a)", 1, "behind"),
            ("(?P<n>a)", 1, "no name"),
            ("(?<n>a)", 1, "no name"),
            ("(?<=a)", 1, "behind"),
            ("ü+", 1, "not ASCII"),
            ("a\nb", 2, "`\\n`"),
            ("a**", 2, "a count of a count"),
            ("a{2}{3}", 2, "a count of a count"),
            ("^*", 1, "cannot be counted"),
            ("*a", 1, "counts nothing"),
            ("a|+", 3, "counts nothing"),
            ("(?:a", 1, "no `)`"),
            ("a)", 2, "without its `(`"),
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
            ("a{3,2}", 2, "more than the greatest"),
            ("a{1001}", 2, "up to 1000"),
            ("a{99999999999}", 2, "up to 1000"),
            ("a}", 2, r"`\}`"),
            ("a]", 2, r"`\]`"),
            ("a\\", 2, "at the end"),
            (r"\u0041", 1, "the character itself"),
        ] {
            let error = check(pattern).expect_err(pattern);
            assert_eq!(error.at, at, "{pattern}: {error}");
            assert!(error.to_string().contains(says), "{pattern}: {error}");
        }
        assert!(check(&"(".repeat(99_999)).is_err());
        assert!(check("((((a{1000}){1000}){1000}){1000}){1000}").is_err());
    }

    #[test]
    fn a_pattern_that_makes_matching_slow_is_refused() {
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
        assert!(error.to_string().contains("more than 4096"), "{error}");
    }

    #[test]
    fn a_count_behind_a_start_costs_nothing() {
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
