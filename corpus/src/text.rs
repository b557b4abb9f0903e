//! JSON as text, its members in any order: `serde_json::Value` sorts them, and serde reads some forms otherwise when the
//! order is another.

use arbitrary::{Result, Unstructured};
use serde_json::Value;

/// How deeply lists and objects are nested: a list in a list is 2 deep.
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
/// Those of the random source.
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
