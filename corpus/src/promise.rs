//! Properties of a schema, as functions of random bytes. The error describes a counterexample.

use crate::fit::{readable, written};
use crate::mutate::{Words, mutate};
use crate::{Case, Sample, make, text};
use arbitrary::Unstructured;
use serde_json::{Number, Value};

/// The result of a run in which the property held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Nothing was checked: there were too few bytes, or JSON cannot represent the value.
    Nothing,
    /// Valid JSON was read.
    Read,
    /// Invalid JSON was refused.
    Refused,
}

/// The result of a property. The error describes a counterexample.
pub type PropertyResult = Result<Tried, String>;

/// A property of a case.
pub type Promise = fn(&Case, &[u8]) -> PropertyResult;

/// All properties.
pub const ALL: [Promise; 4] =
    [written_json_fits, fitting_json_is_read, serde_agrees_on_mutations, serde_agrees_on_text];

/// The JSON that `serde_json` writes for a value fits the schema, and is read as the same value.
///
/// # Errors
///
/// Describes the counterexample.
pub fn written_json_fits(case: &Case, bytes: &[u8]) -> PropertyResult {
    let Ok(sample) = (case.sample)(&mut Unstructured::new(bytes)) else { return Ok(Tried::Nothing) };
    if !is_sound(&sample) {
        return Ok(Tried::Nothing);
    }
    let text = sample.json.clone().map_err(|e| format!("{} is not written: {e}", sample.debug))?;
    let json = fits(case, &text)?;
    readable(case.schema, &json).map_err(|misfit| format!("{text} is written, but unreadable: {misfit}"))?;
    let again =
        sample.reread.map_err(|e| format!("{text} is written, but serde_json does not read it: {e}"))?;
    if !again.equal && json != parse(&again.json) {
        return Err(format!("{text} is written, and when read it is {}", again.json));
    }
    Ok(Tried::Read)
}

/// JSON generated from the schema is read, in any order of members.
///
/// # Errors
///
/// Describes the counterexample.
pub fn fitting_json_is_read(case: &Case, bytes: &[u8]) -> PropertyResult {
    let u = &mut Unstructured::new(bytes);
    let Ok(json) = make::json(case.schema, u) else { return Ok(Tried::Nothing) };
    let Ok(text) = text::in_any_order(&json, u) else { return Ok(Tried::Nothing) };
    readable(case.schema, &json).map_err(|misfit| format!("{text} is made, but unreadable: {misfit}"))?;
    let read =
        (case.read)(&text).map_err(|e| format!("{text} is made, but serde_json does not read it: {e}"))?;
    rewritten_fits(case, &read)
}

/// `serde_json` reads mutated JSON exactly if the schema says so.
///
/// # Errors
///
/// Describes the counterexample.
pub fn serde_agrees_on_mutations(case: &Case, bytes: &[u8]) -> PropertyResult {
    let u = &mut Unstructured::new(bytes);
    let Ok(Some(json)) = spoiled(case, u) else { return Ok(Tried::Nothing) };
    verdicts_agree(case, &json)
}

/// Arbitrary JSON is read or refused as the schema says.
///
/// # Errors
///
/// Describes the counterexample.
pub fn serde_agrees_on_text(case: &Case, bytes: &[u8]) -> PropertyResult {
    let Ok(text) = str::from_utf8(bytes) else { return Ok(Tried::Nothing) };
    // Only the type can decide about duplicate members and their order. It must not panic.
    let read = (case.read)(text);
    match (serde_json::from_str(text), read) {
        (Ok(json), _) => verdicts_agree(case, &json),
        (Err(_), Ok(read)) => rewritten_fits(case, &read),
        (Err(_), Err(_)) => Ok(Tried::Refused),
    }
}

fn verdicts_agree(case: &Case, json: &Value) -> PropertyResult {
    let text = json.to_string();
    match (readable(case.schema, json), (case.read)(&text)) {
        (Ok(()), Ok(read)) => rewritten_fits(case, &read),
        (Err(_), Err(_)) => Ok(Tried::Refused),
        (Ok(()), Err(error)) => Err(format!("{text} is readable, but serde_json does not read it: {error}")),
        (Err(misfit), Ok(read)) => {
            Err(format!("{text} is unreadable ({misfit}), but serde_json reads it as {}", read.debug))
        }
    }
}

/// Returns mutated JSON of the type, or `None` if a value cannot be written.
///
/// # Errors
///
/// Fails if there are too few bytes.
pub fn spoiled(case: &Case, u: &mut Unstructured<'_>) -> arbitrary::Result<Option<Value>> {
    let words = Words::of(case.schema);
    let times = u.int_in_range(1..=3)?;
    let mut json = if u.arbitrary()? {
        make::json(case.schema, u)?
    } else {
        let Ok(text) = (case.sample)(u)?.json else { return Ok(None) };
        parse(&text)
    };
    for _ in 0..times {
        mutate(&mut json, &words, u)?;
    }
    Ok(Some(json))
}

fn rewritten_fits(case: &Case, read: &Sample) -> PropertyResult {
    if !is_sound(read) {
        return Ok(Tried::Read);
    }
    let text = read.json.as_ref().map_err(|e| format!("{} is read, but not written: {e}", read.debug))?;
    fits(case, text).map(|_| Tried::Read)
}

fn fits(case: &Case, text: &str) -> Result<Value, String> {
    let json = parse(text);
    match written(case.schema, &json) {
        Ok(()) => Ok(json),
        Err(misfit) => Err(format!("{text} is written against the schema: {misfit}")),
    }
}

/// Returns whether JSON can represent the value: only these two rules restrict that.
pub fn is_sound(sample: &Sample) -> bool {
    !sample.broken.iter().any(|rule| matches!(*rule, "finite" | "type"))
}

/// Parses JSON.
///
/// # Panics
///
/// Panics if the text is not JSON. `serde_json` only writes JSON.
#[expect(clippy::panic, reason = "serde_json wrote it")]
pub fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text} is not JSON: {error}"))
}

/// Returns whether two JSON values are equal. A function compares their numbers.
pub fn same_with(a: &Value, b: &Value, numbers: &impl Fn(&Number, &Number) -> bool) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => numbers(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_with(a, b, numbers))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |name, a| b.get(name).is_some_and(|b| same_with(a, b, numbers));
            a.len() == b.len() && a.iter().all(|(name, a)| same(name, a))
        }
        _ => a == b,
    }
}
