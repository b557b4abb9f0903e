//! A codec reads a part of what `serde_json` reads, as the same values.

use super::trial::{Trial, cases};
use arbitrary::Unstructured;
use kv_core::schema::json::Flaw;
use kv_core::{DecodeError, DecodeOptions, Ttl, ValidationErrors};
use kv_corpus::promise::{PropertyResult, Tried, is_sound, parse, spoiled};
use kv_corpus::strict::{Stored, codec_agrees, lenient};
use kv_corpus::{make, text};
use serde_json::Value;
use std::time::Duration;

fn holds_for_every_type(promise: fn(&Stored, &[u8]) -> PropertyResult) -> Vec<Trial> {
    let all = Stored::all();
    let tried =
        all.iter().map(|stored| Trial::named(stored.case.name, cases(), |bytes| promise(stored, bytes)));
    let trials: Vec<_> = tried.collect();
    let broken: Vec<_> = trials.iter().filter_map(|trial| trial.broken.as_deref()).collect();
    assert!(broken.is_empty(), "{} types:\n{}", broken.len(), broken.join("\n"));
    trials
}

/// Generates JSON in the forms that a client sends.
fn plain(stored: &Stored, bytes: &[u8]) -> Option<(Value, String)> {
    let u = &mut Unstructured::new(bytes);
    let json = make::plain(stored.case.schema, u).ok()?;
    let text = text::in_any_order(&json, u).ok()?;
    Some((json, text))
}

#[test]
fn written_json_is_read() {
    let trials = holds_for_every_type(|stored, bytes| {
        let sample = (stored.case.sample)(&mut Unstructured::new(bytes));
        let Some(sample) = sample.ok().filter(is_sound) else { return Ok(Tried::Nothing) };
        stored.reads(&sample.json?)
    });
    assert!(trials.iter().all(|trial| trial.read * 4 >= cases()), "{trials:?}");
}

#[test]
fn every_plain_form_is_read() {
    let trials = holds_for_every_type(|stored, bytes| {
        let Some((_, text)) = plain(stored, bytes) else { return Ok(Tried::Nothing) };
        stored.reads(&text)
    });
    assert!(trials.iter().all(|trial| trial.read * 2 >= cases()), "{trials:?}");
}

#[test]
fn codec_refuses_what_serde_refuses_and_otherwise_only_odd_forms() {
    let trials = holds_for_every_type(|stored, bytes| {
        let Ok(Some(json)) = spoiled(&stored.case, &mut Unstructured::new(bytes)) else {
            return Ok(Tried::Nothing);
        };
        let text = json.to_string();
        match (stored.decode(&text, lenient()), (stored.read)(&text)) {
            (Ok(ours), Ok(theirs)) if ours == theirs => Ok(Tried::Read),
            (Ok(ours), Ok(theirs)) => Err(format!("{text} is read as {ours:?} instead of {theirs:?}")),
            (Ok(ours), Err(error)) => {
                Err(format!("{text} is read as {ours:?}, but serde_json refuses it: {error}"))
            }
            (Err(DecodeError::Value(errors)), theirs) => {
                has_places(&json, &errors)?;
                match theirs {
                    Ok(theirs) if !stored.may_refuse(&json, &errors) => {
                        Err(format!("{text} is refused ({errors}), but serde_json reads it as {theirs:?}"))
                    }
                    _ => Ok(Tried::Refused),
                }
            }
            (Err(error), _) => Err(format!("{text} is JSON, but is refused: {error}")),
        }
    });
    assert!(trials.iter().all(|trial| (trial.read + trial.refused) * 2 >= cases()), "{trials:?}");
}

#[test]
fn codec_schema_and_serde_agree() {
    let trials = holds_for_every_type(|stored, bytes| {
        let Ok(Some(json)) = spoiled(&stored.case, &mut Unstructured::new(bytes)) else {
            return Ok(Tried::Nothing);
        };
        codec_agrees(stored, json.to_string().as_bytes())
    });
    assert!(trials.iter().all(|trial| (trial.read + trial.refused) * 2 >= cases()), "{trials:?}");
}

/// Checks that every violation is at a place in the JSON, or at a missing member of an object.
fn has_places(json: &Value, errors: &ValidationErrors) -> Result<(), String> {
    for violation in errors {
        let (parent, _) = violation.pointer.rsplit_once('/').unwrap_or_default();
        let missing =
            violation.message == "must be there" && json.pointer(parent).is_some_and(Value::is_object);
        if json.pointer(&violation.pointer).is_none() && !missing {
            return Err(format!("{json} has no {violation:?}"));
        }
    }
    Ok(())
}

#[test]
fn only_integers_that_javascript_rounds_are_refused() {
    fn is_rounded(json: &Value) -> bool {
        const SAFE: u64 = (1 << 53) - 1;
        json.as_u64().is_some_and(|n| n > SAFE) || json.as_i64().is_some_and(|n| n.unsigned_abs() > SAFE)
    }
    fn has_rounded(json: &Value) -> bool {
        match json {
            Value::Array(items) => items.iter().any(has_rounded),
            Value::Object(members) => members.values().any(has_rounded),
            scalar => is_rounded(scalar),
        }
    }
    let trials = holds_for_every_type(|stored, bytes| {
        let Some((json, text)) = plain(stored, bytes) else { return Ok(Tried::Nothing) };
        let options = DecodeOptions::new().max_depth(DecodeOptions::DEEPEST);
        match (stored.decode(&text, options), stored.decode(&text, lenient())) {
            (Ok(checked), Ok(unchecked)) if checked == unchecked => Ok(Tried::Read),
            (Err(DecodeError::Value(errors)), Ok(_)) => {
                // An untagged enum does not report which variant was meant.
                let is_due = |rule: &str, json: &Value| match rule {
                    "int" => is_rounded(json),
                    _ => has_rounded(json),
                };
                // Violations of rules are reported as well.
                let mut of_shape = errors.iter().filter(|v| matches!(v.rule, "int" | "type" | "finite"));
                if of_shape.all(|v| json.pointer(&v.pointer).is_some_and(|json| is_due(v.rule, json))) {
                    Ok(Tried::Refused)
                } else {
                    Err(format!("{text} is refused: {errors}"))
                }
            }
            (checked, unchecked) => Err(format!("{text} is {checked:?} and {unchecked:?}")),
        }
    });
    assert!(trials.iter().any(|trial| trial.refused > 0));
}

/// Writes JSON, and records the end and the first name of every object with members.
fn objects(json: &Value, text: &mut String, ends: &mut Vec<(usize, String)>) {
    match json {
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                objects(item, text, ends);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                objects(value, text, ends);
            }
            if let Some(name) = members.keys().next() {
                ends.push((text.len(), name.clone()));
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[test]
fn duplicate_member_is_found_in_every_object() {
    let trials = holds_for_every_type(|stored, bytes| {
        let Some((mut json, _)) = plain(stored, bytes) else { return Ok(Tried::Nothing) };
        // If unknown members are allowed, names inside an unknown member are checked as well.
        let mut more = json.clone();
        if let Value::Object(members) = &mut more {
            members.insert("zz_more".to_owned(), serde_json::json!([{ "a": 1 }, { "b": { "c": null } }]));
        }
        if stored.decode(&more.to_string(), lenient()).is_ok() {
            json = more;
        }
        let (mut text, mut ends) = (String::new(), Vec::new());
        objects(&json, &mut text, &mut ends);
        for (at, name) in &ends {
            // An escaped name is the same name.
            let escaped =
                name.encode_utf16().fold(String::new(), |text, unit| format!("{text}\\u{unit:04x}"));
            for name in [Value::from(name.as_str()).to_string(), format!("\"{escaped}\"")] {
                let twice = format!("{},{name}:null{}", &text[..*at], &text[*at..]);
                match stored.decode(&twice, lenient()) {
                    Err(DecodeError::Malformed(malformed))
                        if matches!(malformed.flaw, Flaw::Duplicate(_)) =>
                    {
                        if malformed.offset != at + 1 {
                            return Err(format!("{twice}: {malformed}"));
                        }
                    }
                    other => return Err(format!("{twice} is {other:?}")),
                }
            }
        }
        Ok(if ends.is_empty() { Tried::Nothing } else { Tried::Refused })
    });
    assert!(trials.iter().filter(|trial| trial.refused > 0).count() > 40);
}

#[test]
fn invalid_json_is_refused_for_every_type() {
    let trials = holds_for_every_type(|stored, bytes| {
        let Some((json, text)) = plain(stored, bytes) else { return Ok(Tried::Nothing) };
        let flaw = |json: &[u8]| match stored.codec.decode(json, lenient()) {
            Err(DecodeError::Malformed(malformed)) => Ok(malformed.flaw),
            other => Err(format!("{} is {other:?}", String::from_utf8_lossy(json))),
        };
        let ensure = |holds: bool, what: &str| if holds { Ok(()) } else { Err(format!("{text}: {what}")) };
        ensure(flaw(format!("\u{feff}{text}").as_bytes())? == Flaw::ByteOrderMark, "a byte order mark")?;
        for extra in ["null", ",", "}", "\0"] {
            let text = format!("{text} {extra}");
            ensure(flaw(text.as_bytes())? == Flaw::TrailingData, "trailing data")?;
        }
        // About 16 positions, starting with the first.
        let stride = 1 + text.len() / 16;
        for at in (0..=text.len()).step_by(stride) {
            let mut bad = text.clone().into_bytes();
            bad.insert(at, 0xff);
            ensure(flaw(&bad)? == Flaw::Encoding, "bad UTF-8")?;
        }
        if json.is_object() || json.is_array() || json.is_string() {
            for at in (0..text.len()).step_by(stride).filter(|at| text.is_char_boundary(*at)) {
                ensure(matches!(flaw(&text.as_bytes()[..at])?, Flaw::End), "a truncated text")?;
            }
        }
        let depth = text::depth(&json);
        if depth > 0 {
            let shallow = lenient().max_depth(depth - 1);
            let deep = stored.decode(&text, lenient().max_depth(depth));
            ensure(deep.is_ok(), "its own depth")?;
            let is_refused = matches!(
                stored.decode(&text, shallow),
                Err(DecodeError::Malformed(malformed)) if malformed.flaw == Flaw::TooDeep(depth - 1)
            );
            ensure(is_refused, "less than its depth")?;
        }
        Ok(Tried::Refused)
    });
    assert!(trials.iter().all(|trial| trial.refused * 2 >= cases()), "{trials:?}");
}

/// Replaces a part by an odd form that serde may read as the same value: a list for an object, a
/// number or an object for a name, an empty object for `null`; or by an integer that JavaScript
/// rounds.
fn make_odd(json: &mut Value, u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let part = match json {
        Value::Array(items) if !items.is_empty() && u.ratio(3, 4)? => {
            let at = u.choose_index(items.len())?;
            items.get_mut(at)
        }
        Value::Object(members) if !members.is_empty() && u.ratio(3, 4)? => {
            let at = u.choose_index(members.len())?;
            members.values_mut().nth(at)
        }
        _ => None,
    };
    if let Some(part) = part {
        return make_odd(part, u);
    }
    let object = |name: &str, value: Value| Value::Object([(name.to_owned(), value)].into_iter().collect());
    *json = match json.take() {
        Value::Object(members) => Value::Array(members.into_iter().map(|(_, value)| value).collect()),
        Value::String(text) if u.arbitrary()? => object(&text, Value::Null),
        Value::String(_) => u.int_in_range(0..=3_u8)?.into(),
        Value::Number(_) if u.arbitrary()? => (1_u64 << 53).into(),
        Value::Number(number) if number.as_u64() == Some(0) => (-0.0).into(),
        Value::Null => Value::Object(serde_json::Map::new()),
        other => Value::Array(vec![other]),
    };
    Ok(())
}

/// Writes JSON with an unknown member in one of its objects, once or twice.
fn with_unknown_member(json: &Value, u: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let (mut text, mut ends) = (String::new(), Vec::new());
    objects(json, &mut text, &mut ends);
    if let Some((end, _)) = ends.get(u.int_in_range(0..=ends.len())?) {
        let value =
            u.choose(&["1", "9007199254740993", "[[1]]", r#"{"a":{"b":1}}"#, r#"{"a":1,"\u0061":2}"#])?;
        let more = format!(",\"zz\":{value}").repeat(u.int_in_range(1..=2)?);
        text.insert_str(*end, &more);
    }
    Ok(text)
}

#[test]
fn codec_schema_and_serde_agree_on_odd_forms_and_unknown_members() {
    let trials = holds_for_every_type(|stored, bytes| {
        let u = &mut Unstructured::new(bytes);
        let text = (|| {
            let mut json = make::plain(stored.case.schema, u)?;
            if u.arbitrary()? {
                make_odd(&mut json, u)?;
            }
            if let (Value::Object(members), true) = (&mut json, u.ratio(1, 4)?) {
                members.insert("ttl".to_owned(), u.int_in_range(0..=3_u8)?.into());
            }
            with_unknown_member(&json, u)
        })();
        text.map_or(Ok(Tried::Nothing), |text| codec_agrees(stored, text.as_bytes()))
    });
    assert!(trials.iter().all(|trial| trial.read + trial.refused > 0), "{trials:?}");
    assert!(trials.iter().filter(|trial| trial.refused > 0).count() > 40);
}

#[test]
fn ttl_is_taken_out_if_the_type_allows_it() {
    let trials = holds_for_every_type(|stored, bytes| {
        let u = &mut Unstructured::new(bytes);
        let Ok(json) = make::plain(stored.case.schema, u) else { return Ok(Tried::Nothing) };
        let Value::Object(mut members) = json.clone() else {
            let text = json.to_string();
            let (with, without) =
                (stored.decode(&text, lenient().take_ttl()), stored.decode(&text, lenient()));
            return if with == without {
                Ok(Tried::Read)
            } else {
                Err(format!("{text} is {with:?} and {without:?}"))
            };
        };
        members.insert("ttl".to_owned(), 1500.into());
        let Ok(text) = text::in_any_order(&Value::Object(members.clone()), u) else {
            return Ok(Tried::Nothing);
        };
        let decoded = stored.codec.decode(text.as_bytes(), lenient().take_ttl());
        if !stored.codec.takes_ttl() {
            let ours = decoded.map(|decoded| ((stored.ours)(decoded.value), decoded.ttl));
            let kept = stored.decode(&text, lenient()).map(|value| (value, None));
            return if ours == kept {
                Ok(Tried::Read)
            } else {
                Err(format!("{text} is {ours:?} and {kept:?}"))
            };
        }
        let decoded = decoded.map_err(|error| format!("{text} is refused: {error}"))?;
        let without = stored.decode(&json.to_string(), lenient()).map_err(|e| format!("{json}: {e}"))?;
        let value = (stored.ours)(decoded.value);
        if value != without || decoded.ttl != Some(Ttl::In(Duration::from_millis(1500))) {
            return Err(format!("{text} is {value:?} for {:?}, and without it {without:?}", decoded.ttl));
        }
        for bad in
            ["0", "-1", "1.5", "\"30\"", "true", "[]", "{}", "1e3", "3153600000001", "18446744073709551616"]
        {
            members.insert("ttl".to_owned(), parse(bad));
            let text = Value::Object(members.clone()).to_string();
            let refused = stored.decode(&text, lenient().take_ttl());
            if refused != Err(DecodeError::InvalidTtl) {
                return Err(format!("{text} is {refused:?}"));
            }
        }
        Ok(Tried::Refused)
    });
    assert!(trials.iter().any(|trial| trial.read > 0) && trials.iter().any(|trial| trial.refused > 0));
}
