//! The regex engine accepts every pattern of the grammar, unless it is too large, and matches the
//! same texts as a naive matcher.

use kv_core::schema::pattern::check;
use regex_lite::Regex;
use std::iter::Peekable;
use std::str::Chars;

pub(crate) fn run(pattern: &str, text: &str) {
    match check(pattern) {
        Ok(()) => {
            let regex = Regex::new(pattern).expect("a valid pattern can be compiled");
            let text: String = text.chars().take(MOST_CHARS).collect();
            assert_eq!(regex.is_match(&text), matches(pattern, &text), "{pattern:?} on {text:?}");
        }
        Err(error) => {
            let says = error.to_string();
            // The engine may only refuse a pattern of the grammar for its size.
            assert!(!says.contains("too large") || says.contains("size limit"), "{pattern:?}: {says}");
        }
    }
}

/// Number of bits of [`Places`], minus one.
const MOST_CHARS: usize = 127;

/// One bit for each position between characters.
type Places = u128;

fn matches(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let everywhere = Places::MAX >> (MOST_CHARS - text.len());
    alternatives(&mut pattern.chars().peekable()).from(everywhere, &text) != 0
}

/// A parsed pattern.
enum Node {
    Branches(Vec<Vec<Node>>),
    Start,
    End,
    OneOf(Vec<(char, char)>),
    Counted(Box<Node>, u32, Option<u32>),
}

impl Node {
    /// Returns the positions at which a match can end that starts at one of `places`.
    fn from(&self, places: Places, text: &[char]) -> Places {
        match self {
            Self::Branches(branches) => branches
                .iter()
                .map(|branch| branch.iter().fold(places, |places, node| node.from(places, text)))
                .fold(0, |all, places| all | places),
            Self::Start => places & 1,
            Self::End => places & (1 << text.len()),
            Self::OneOf(ranges) => {
                let is_in = |c: &char| ranges.iter().any(|(low, high)| low <= c && c <= high);
                let here = text.iter().enumerate().filter(|(_, c)| is_in(c));
                (here.fold(0, |all, (at, _)| all | (1 << at)) & places) << 1
            }
            Self::Counted(node, least, most) => {
                let mut now = places;
                for _ in 0..*least {
                    let then = node.from(now, text);
                    if then == now {
                        break;
                    }
                    now = then;
                }
                let mut all = now;
                for _ in *least..most.unwrap_or(u32::MAX) {
                    now = node.from(now, text);
                    if now | all == all {
                        break;
                    }
                    all |= now;
                }
                all
            }
        }
    }
}

fn alternatives(rest: &mut Peekable<Chars<'_>>) -> Node {
    let mut branches = vec![Vec::new()];
    while let Some(c) = rest.next_if(|c| *c != ')') {
        let node = match c {
            '|' => {
                branches.push(Vec::new());
                continue;
            }
            '^' => Node::Start,
            '$' => Node::End,
            '(' => {
                if rest.next_if_eq(&'?').is_some() {
                    rest.next();
                }
                let inner = alternatives(rest);
                rest.next();
                inner
            }
            '[' => class(rest),
            c => {
                let c = unescaped(c, rest);
                Node::OneOf(vec![(c, c)])
            }
        };
        let node = counted(node, rest);
        branches.last_mut().expect("there is a branch").push(node);
    }
    Node::Branches(branches)
}

fn unescaped(c: char, rest: &mut Peekable<Chars<'_>>) -> char {
    if c != '\\' {
        return c;
    }
    match rest.next().expect("the pattern is valid") {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'v' => '\u{b}',
        itself => itself,
    }
}

fn class(rest: &mut Peekable<Chars<'_>>) -> Node {
    let mut ranges: Vec<(char, char)> = Vec::new();
    while let Some(c) = rest.next_if(|c| *c != ']') {
        let is_range = c == '-' && !ranges.is_empty() && rest.peek() != Some(&']');
        if is_range {
            let high = rest.next().expect("the pattern is valid");
            let high = unescaped(high, rest);
            ranges.last_mut().expect("there is a range").1 = high;
        } else {
            let c = unescaped(c, rest);
            ranges.push((c, c));
        }
    }
    rest.next();
    Node::OneOf(ranges)
}

fn counted(node: Node, rest: &mut Peekable<Chars<'_>>) -> Node {
    let (least, most) = match rest.peek() {
        Some('*') => (0, None),
        Some('+') => (1, None),
        Some('?') => (0, Some(1)),
        Some('{') => {
            rest.next();
            let mut inside = String::new();
            while let Some(c) = rest.next_if(|c| *c != '}') {
                inside.push(c);
            }
            let number = |text: &str| text.parse::<u32>().ok();
            match inside.split_once(',') {
                Some((least, most)) => (number(least).expect("the count is valid"), number(most)),
                None => (number(&inside).expect("the count is valid"), number(&inside)),
            }
        }
        _ => return node,
    };
    rest.next();
    // A lazy repetition matches the same texts.
    rest.next_if_eq(&'?');
    Node::Counted(Box::new(node), least, most)
}
