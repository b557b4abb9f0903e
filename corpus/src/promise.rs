//! What a schema promises of a type, each as a function of random bytes; the error says what broke it.

use crate::fit::{readable, written};
use crate::mutate::{Words, mutate};
use crate::{Case, Sample, make, text};
use arbitrary::Unstructured;
use serde_json::{Number, Value};

/// How a try went in which the promise was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It was not asked: the bytes did not suffice, or made a value that JSON cannot hold.
    Nothing,
    /// There was JSON to be read, and it was.
    Read,
    /// There was JSON to be refused, and it was.
    Refused,
}

/// The error says how the promise was broken.
pub type Kept = Result<Tried, String>;

/// A promise, by which a case is judged.
pub type Promise = fn(&Case, &[u8]) -> Kept;

/// All of them.
pub const ALL: [Promise; 4] =
    [what_is_written_fits, what_fits_is_read, both_refuse_the_same, texts_are_read_as_they_fit];

/// What `serde_json` writes of a value is what the schema says, and it is read as the same value.
///
/// # Errors
///
/// How it is broken.
pub fn what_is_written_fits(case: &Case, bytes: &[u8]) -> Kept {
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

/// What is made from the schema alone is read, whatever the order of its members.
///
/// # Errors
///
/// How it is broken.
pub fn what_fits_is_read(case: &Case, bytes: &[u8]) -> Kept {
    let u = &mut Unstructured::new(bytes);
    let Ok(json) = make::json(case.schema, u) else { return Ok(Tried::Nothing) };
    let Ok(text) = text::in_any_order(&json, u) else { return Ok(Tried::Nothing) };
    readable(case.schema, &json).map_err(|misfit| format!("{text} is made, but unreadable: {misfit}"))?;
    let read =
        (case.read)(&text).map_err(|e| format!("{text} is made, but serde_json does not read it: {e}"))?;
    rewritten_fits(case, &read)
}

/// Spoiled JSON is read by `serde_json` if the schema says that it is, and not otherwise.
///
/// # Errors
///
/// How it is broken.
pub fn both_refuse_the_same(case: &Case, bytes: &[u8]) -> Kept {
    let u = &mut Unstructured::new(bytes);
    let Ok(Some(json)) = spoiled(case, u) else { return Ok(Tried::Nothing) };
    verdicts_agree(case, &json)
}

/// JSON of strangers, whatever stands in it, is read or refused as the schema says.
///
/// # Errors
///
/// How it is broken.
pub fn texts_are_read_as_they_fit(case: &Case, bytes: &[u8]) -> Kept {
    let Ok(text) = str::from_utf8(bytes) else { return Ok(Tried::Nothing) };
    // Members that come twice or in another order are for the type alone to judge, which may not panic over them.
    let read = (case.read)(text);
    match (serde_json::from_str(text), read) {
        (Ok(json), _) => verdicts_agree(case, &json),
        (Err(_), Ok(read)) => rewritten_fits(case, &read),
        (Err(_), Err(_)) => Ok(Tried::Refused),
    }
}

fn verdicts_agree(case: &Case, json: &Value) -> Kept {
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

/// JSON that is close to what some value is written as; `None` when the value cannot be written.
///
/// # Errors
///
/// When the bytes are too few.
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

fn rewritten_fits(case: &Case, read: &Sample) -> Kept {
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

/// Whether JSON can hold the value. Other rules than these two say nothing of that.
pub fn is_sound(sample: &Sample) -> bool {
    !sample.broken.iter().any(|rule| matches!(*rule, "finite" | "type"))
}

/// The JSON that a text is.
///
/// # Panics
///
/// When it is none, which `serde_json` does not write.
#[expect(clippy::panic, reason = "serde_json wrote it")]
pub fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text} is no JSON: {error}"))
}

/// Whether two JSON are the same, where a function says it of numbers.
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
