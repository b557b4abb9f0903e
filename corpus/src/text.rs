//! JSON as text with members in any order. `serde_json::Value` sorts members, but for some forms
//! serde's result depends on their order.

use arbitrary::{Result, Unstructured};
use serde_json::Value;

/// Returns how deeply lists and objects are nested. A list in a list has depth 2.
pub fn depth(json: &Value) -> usize {
    match json {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Writes JSON with the members of every object in a random order.
///
/// # Errors
///
/// Returns the errors of the random source.
pub fn in_any_order(json: &Value, u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    write(json, u, &mut text)?;
    Ok(text)
}

fn write(json: &Value, u: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    match json {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, u, text)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut left: Vec<_> = members.iter().collect();
            text.push('{');
            while !left.is_empty() {
                let (name, value) = left.swap_remove(u.choose_index(left.len())?);
                if !text.ends_with('{') {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(value, u, text)?;
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
    Ok(())
}

/// Returns all numbers of a JSON text in order, parsed exactly from the text.
pub fn numbers(json: &str) -> Vec<f64> {
    let mut numbers = Vec::new();
    for (nth, part) in strings_and_others(json).into_iter().enumerate() {
        if nth % 2 == 0 {
            let lexemes = part.split([',', ':', '[', ']', '{', '}', ' ', '\n', '\r', '\t']);
            // `f64` also parses names such as `inf`, which JSON does not have.
            numbers.extend(lexemes.filter_map(|lexeme| lexeme.parse::<f64>().ok()));
        }
    }
    numbers
}

/// Splits JSON at its quotes: strings are at odd indices.
fn strings_and_others(json: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in json.char_indices() {
        if c == '"' && !escaped {
            parts.push(&json[start..at]);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(&json[start..]);
    parts
}
