//! A template is parsed into its pieces, and a key is split into the parts that it was made from,
//! so values that differ in a part have different keys.

use arbitrary::Arbitrary;
use kv_core::schema::key;
use kv_core::schema::template::{KeyBuilder, Piece, parse};

#[derive(Arbitrary, Debug)]
pub(crate) struct Input<'a> {
    template: &'a str,
    /// Values of the parts, in order.
    values: Vec<Value<'a>>,
}

/// A value of one of the types that a part can have.
#[derive(Arbitrary, Debug)]
enum Value<'a> {
    Text(&'a str),
    Character(char),
    Number(i64),
    Small(u8),
    Yes(bool),
}

impl Value<'_> {
    fn written(&self) -> String {
        match self {
            Self::Text(text) => (*text).to_owned(),
            Self::Character(c) => c.to_string(),
            Self::Number(n) => n.to_string(),
            Self::Small(n) => n.to_string(),
            Self::Yes(yes) => yes.to_string(),
        }
    }

    fn put_into(&self, builder: KeyBuilder, separator: &'static str) -> KeyBuilder {
        match self {
            Self::Text(text) => builder.part("part", *text, separator),
            Self::Character(c) => builder.part("part", c, separator),
            Self::Number(n) => builder.part("part", n, separator),
            Self::Small(n) => builder.part("part", n, separator),
            Self::Yes(yes) => builder.part("part", yes, separator),
        }
    }
}

/// Separators are `'static`, so an input chooses among these.
const SEPARATORS: [&str; 10] = ["", ":", "::", ":a:", "aa", "aba", "/", "é", ".", "-1"];

pub(crate) fn run(input: &Input<'_>) {
    if let Ok(pieces) = parse(input.template) {
        let again = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Part(name) => format!("{{{name}}}"),
        });
        assert_eq!(again.collect::<String>(), input.template);
        let is_odd = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => text.contains(|c: char| c.is_control() || matches!(c, '{' | '}')),
            Piece::Part(name) => name.is_empty() || name.contains(['{', '}']),
        };
        assert!(!pieces.iter().any(is_odd), "{pieces:?}");
        let in_a_row = |pair: &[Piece<'_>]| matches!(pair, [Piece::Part(_), Piece::Part(_)]);
        assert!(!pieces.is_empty() && !pieces.windows(2).any(in_a_row), "{pieces:?}");
    }

    // The bytes of the template choose the separators.
    let mut choices = input.template.bytes();
    let mut choose = || SEPARATORS[usize::from(choices.next().unwrap_or(1)) % SEPARATORS.len()];
    let start = choose();
    // A part that is followed by another needs a separator.
    let separators: Vec<_> = (1..=input.values.len())
        .map(|n| match choose() {
            "" if n < input.values.len() => ":",
            separator => separator,
        })
        .collect();
    let mut builder = KeyBuilder::new().text(start);
    for (value, separator) in input.values.iter().zip(&separators) {
        builder = value.put_into(builder, separator);
        let beginning = builder.clone().prefix();
        builder = builder.text(separator);
        if let (Ok(beginning), Ok(key)) = (beginning, builder.clone().key()) {
            assert!(key.starts_with(&beginning));
        }
    }
    let Ok(made) = builder.key() else { return };
    assert_eq!(key::check(&made), Ok(()));
    let parts: Vec<_> = input.values.iter().map(Value::written).collect();
    assert!(parts.iter().all(|part| !part.is_empty()), "{made:?} has an empty part in {parts:?}");
    assert_eq!(split(&made, start, &separators), parts, "{made:?} by {start:?}, {separators:?}");
}

/// Splits a key from left to right: each part ends where its separator first occurs, and the last
/// part is the rest.
fn split(key: &str, start: &str, separators: &[&str]) -> Vec<String> {
    let mut rest = key.strip_prefix(start).expect("the key starts with the text");
    let mut parts = Vec::new();
    for separator in separators {
        let (part, after) = match *separator {
            "" => (rest, ""),
            separator => rest.split_once(separator).expect("each part is followed by its separator"),
        };
        parts.push(part.to_owned());
        rest = after;
    }
    assert_eq!(rest, "", "the key has more parts");
    parts
}
