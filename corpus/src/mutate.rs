//! Small random changes of JSON, such as a faulty, outdated or hostile client would send.

use crate::walk::walk;
use arbitrary::{Result, Unstructured};
use kv_core::schema::ty::{Fields, Shape, Tagging, TypeSchema};
use serde_json::{Map, Value, json};

/// The names in a schema: members, variants and tags, with their aliases. Changes that use them are
/// more likely to be read.
#[derive(Clone, Debug)]
pub struct Words(Vec<&'static str>);

impl Words {
    /// Returns the names in a schema and in all schemas that it refers to.
    pub fn of(schema: &'static TypeSchema) -> Self {
        let mut words = vec!["zz_unknown", ""];
        walk(schema, &mut |schema| match schema.shape {
            Shape::Struct(fields) => words.extend(names(&fields)),
            Shape::Enum(all) => {
                match all.tagging {
                    Tagging::Internal { tag } => words.push(tag),
                    Tagging::Adjacent { tag, content, .. } => words.extend([tag, content]),
                    Tagging::External | Tagging::Untagged => {}
                }
                for variant in all.variants {
                    words.push(variant.name);
                    words.extend(variant.aliases);
                    words.extend(names(&variant.fields));
                }
            }
            _ => {}
        });
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    fn any(&self, u: &mut Unstructured<'_>) -> Result<&'static str> {
        u.choose(&self.0).copied()
    }
}

fn names(fields: &Fields) -> Vec<&'static str> {
    let all = fields.all().iter();
    all.flat_map(|field| field.aliases.iter().copied().chain([field.name])).collect()
}

/// Changes one randomly chosen place in JSON.
///
/// # Errors
///
/// Returns the errors of the random source.
pub fn mutate(json: &mut Value, words: &Words, u: &mut Unstructured<'_>) -> Result<()> {
    let at = u.choose_index(count(json))?;
    change(nth(json, at), words, u)
}

fn count(json: &Value) -> usize {
    1 + match json {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Returns the value at an index in depth-first order.
fn nth(json: &mut Value, at: usize) -> &mut Value {
    if at == 0 {
        return json;
    }
    let mut left = at - 1;
    let parts: Vec<&mut Value> = match json {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    for part in parts {
        let size = count(part);
        if left < size {
            return nth(part, left);
        }
        left -= size;
    }
    unreachable!("there are as many places as were counted")
}

fn change(json: &mut Value, words: &Words, u: &mut Unstructured<'_>) -> Result<()> {
    let inside = u.ratio(2, 3)?;
    match json {
        Value::Object(members) if inside => change_members(members, words, u)?,
        Value::Array(items) if inside => change_items(items, words, u)?,
        Value::String(text) if inside => *text = other_text(text, words, u)?,
        other => *other = instead_of(other.take(), words, u)?,
    }
    Ok(())
}

fn change_members(members: &mut Map<String, Value>, words: &Words, u: &mut Unstructured<'_>) -> Result<()> {
    let names: Vec<String> = members.keys().cloned().collect();
    if names.is_empty() || u.ratio(1, 4)? {
        members.insert(words.any(u)?.to_owned(), anything(words, u)?);
        return Ok(());
    }
    let name = u.choose(&names)?;
    let taken = members.remove(name).unwrap_or_default();
    match u.int_in_range(0..=3)? {
        0 => {}
        1 => {
            members.insert(words.any(u)?.to_owned(), taken);
        }
        2 => {
            // The value is there under two names.
            members.insert(words.any(u)?.to_owned(), taken.clone());
            members.insert(name.clone(), taken);
        }
        _ => {
            let other = u.choose(&names)?;
            let theirs = members.insert(other.clone(), taken);
            members.insert(name.clone(), theirs.unwrap_or_default());
        }
    }
    Ok(())
}

fn change_items(items: &mut Vec<Value>, words: &Words, u: &mut Unstructured<'_>) -> Result<()> {
    if items.is_empty() || u.ratio(1, 4)? {
        items.push(anything(words, u)?);
        return Ok(());
    }
    let at = u.choose_index(items.len())?;
    match u.int_in_range(0..=2)? {
        0 => drop(items.remove(at)),
        1 => items.push(items[at].clone()),
        _ => items.swap(0, at),
    }
    Ok(())
}

fn other_text(text: &str, words: &Words, u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=4)? {
        0 => words.any(u)?.to_owned(),
        1 => format!("{text}!"),
        2 => text.to_uppercase(),
        3 => (*u.choose(&["", "0", "-0", "01", "1.0", "-1", "256", "true", "é", "127.0.0.1", "::1"])?)
            .to_owned(),
        _ => text.chars().skip(1).collect(),
    })
}

/// Numbers at the bounds of integer types, and beyond.
const NUMBERS: [i128; 20] = [
    0,
    1,
    -1,
    2,
    127,
    128,
    -129,
    255,
    256,
    65_536,
    1 << 31,
    1 << 32,
    1 << 53,
    (1 << 63) - 1,
    1 << 63,
    -(1 << 63),
    (1 << 64) - 1,
    -(1 << 31) - 1,
    999_999_999,
    1_000_000_000,
];

fn number(u: &mut Unstructured<'_>) -> Result<Value> {
    if u.ratio(1, 4)? {
        return u.choose(&[1.5, -0.0, 1.0, 1e300, -1e300, 1.8e19, 1e39]).map(|n| json!(n));
    }
    // Each fits into `i64` or `u64`.
    let number = *u.choose(&NUMBERS)?;
    Ok(i64::try_from(number).map_or_else(|_| json!(u64::try_from(number).unwrap_or_default()), |n| json!(n)))
}

fn anything(words: &Words, u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=6)? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => number(u)?,
        3 => words.any(u)?.into(),
        4 => json!([]),
        5 => json!({}),
        _ => json!({ words.any(u)?: null }),
    })
}

fn instead_of(json: Value, words: &Words, u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=6)? {
        0 => json!([json]),
        1 => json!({ words.any(u)?: json }),
        2 => match json {
            Value::Object(members) => members.into_iter().map(|(_, json)| json).collect(),
            other => Value::String(other.to_string()),
        },
        3 => match json {
            Value::Array(mut items) if !items.is_empty() => items.swap_remove(0),
            other => json!([other.clone(), other]),
        },
        4 => number(u)?,
        _ => anything(words, u)?,
    })
}
