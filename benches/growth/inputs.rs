//! JSON of any size for a type: a sample that is inflated at one place in one way.

use serde_json::{Map, Value};

/// How a place is inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Unknown members with a short value each.
    Members,
    /// Unknown members that hold objects and lists.
    Nested,
    /// One unknown member with a very long name, before all others.
    LongName,
    /// Like `LongName`, written with escapes.
    EscapedName,
    /// Many copies of the place's first item or member.
    Repeated,
    /// Numbers where something else is expected.
    Numbers,
    /// A long text.
    Text,
    /// A long text, written with escapes.
    EscapedText,
    /// A very long name around wrong items.
    NamedNumbers,
    /// The sample nested in itself at the place, 11 levels deep, with unknown members in the
    /// innermost sample.
    Recursive,
}

pub(crate) const WAYS: [Way; 10] = [
    Way::Members,
    Way::Nested,
    Way::LongName,
    Way::EscapedName,
    Way::Repeated,
    Way::Numbers,
    Way::Text,
    Way::EscapedText,
    Way::NamedNumbers,
    Way::Recursive,
];

/// Stands where the inflated part goes.
const HOLE: &str = "@@hole@@";

/// The places of a sample, as pointers.
pub(crate) fn places(json: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match json {
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate().take(2) {
                places(item, &format!("{at}/{nth}"), into);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                places(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), into);
            }
        }
        _ => {}
    }
}

/// The sample, inflated at a place to about this many bytes; `None` where the way does not apply.
pub(crate) fn inflated(sample: &Value, place: &str, way: Way, bytes: usize) -> Option<String> {
    let part = sample.pointer(place)?;
    if way == Way::Recursive {
        let mut json = members(sample, bytes, |nth| format!("\"j{nth}\":0"))?;
        for _ in 0..11 {
            json = with(sample, place, &json)?;
        }
        return (json.len() < bytes * 2).then_some(json);
    }
    let inflated = match way {
        Way::Members => members(part, bytes, |nth| format!("\"j{nth}\":0"))?,
        Way::Nested => members(part, bytes, |nth| format!("\"j{nth}\":{{\"a\":[1,{{}}]}}"))?,
        Way::LongName => before(part, &format!("\"{}\":0", "n".repeat(bytes)))?,
        Way::EscapedName => before(part, &format!("\"{}\":0", "\\u006e".repeat(bytes / 6)))?,
        Way::Repeated => match part {
            Value::Array(items) => list(&items.first()?.to_string(), bytes),
            Value::Object(map) => {
                let value = map.values().next()?.to_string();
                let one = value.len() + 10;
                let all: Vec<_> = (0..bytes / one).map(|nth| format!("\"{nth}\":{value}")).collect();
                format!("{{{}}}", all.join(","))
            }
            _ => return None,
        },
        Way::Numbers => list("0", bytes),
        Way::Text => Value::from("a".repeat(bytes)).to_string(),
        Way::EscapedText => format!("\"{}\"", "\\u0061".repeat(bytes / 6)),
        Way::NamedNumbers => {
            format!("{{\"{}\":{}}}", "n".repeat(bytes / 2), list("\"\"", bytes / 2))
        }
        Way::Recursive => return None,
    };
    with(sample, place, &inflated)
}

fn list(item: &str, bytes: usize) -> String {
    format!("[{}]", vec![item; bytes / (item.len() + 1)].join(","))
}

fn members(object: &Value, bytes: usize, member: impl Fn(usize) -> String) -> Option<String> {
    let Value::Object(map) = object else { return None };
    let mut json = Value::Object(map.clone()).to_string();
    json.pop();
    for nth in 0.. {
        if json.len() >= bytes {
            break;
        }
        if !json.ends_with('{') {
            json.push(',');
        }
        json.push_str(&member(nth));
    }
    json.push('}');
    Some(json)
}

fn before(object: &Value, member: &str) -> Option<String> {
    let Value::Object(map) = object else { return None };
    let rest = Value::Object(map.clone()).to_string();
    Some(format!("{{{member}{}{}", if map.is_empty() { "" } else { "," }, &rest[1..]))
}

fn with(sample: &Value, place: &str, part: &str) -> Option<String> {
    let mut json = sample.clone();
    *json.pointer_mut(place)? = Value::from(HOLE);
    Some(json.to_string().replacen(&format!("\"{HOLE}\""), part, 1))
}

/// An object without its last member, so that a variant that is tried on it fails late.
pub(crate) fn without_last(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let kept = members.len().saturating_sub(1);
            let kept = members.iter().take(kept).map(|(name, value)| (name.clone(), value.clone()));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
