//! Compares the Elm codecs with serde, for every type of the corpus.

use super::interpreter::Interpreter;
use crate::config::Config;
use crate::ir::Program;
use crate::lower;
use arbitrary::Unstructured;
use kv_core::{Access, Exposed, KvType};
use kv_corpus::fit::{Misfit, readable};
use kv_corpus::promise::{same_with, spoiled};
use kv_corpus::{Case, Subject, Visitor};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config as Tries, TestCaseError, TestRunner};
use serde_json::Value;
use std::cell::Cell;

/// A type of the corpus with its program, or the errors of lowering it.
struct Lowered {
    case: Case,
    program: Result<Program, String>,
}

fn corpus() -> Vec<Lowered> {
    struct Collect(Vec<Lowered>);

    impl Visitor for Collect {
        fn field<T: Subject>(&mut self, _: &'static str) {}

        fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
            let exposed = [Exposed::new::<T>(Access::ReadWrite)];
            let program =
                lower::program(&exposed, &Config::default()).map_err(|unsupported| unsupported.to_string());
            self.0.push(Lowered { case: Case::of::<T>(name), program });
        }
    }

    let mut all = Collect(Vec::new());
    kv_corpus::visit(&mut all);
    all.0
}

/// The types of the corpus that Elm cannot represent.
const UNSUPPORTED: [&str; 6] = ["Wide", "OtherIntegers", "Tuples", "Maybes", "NumberKeys", "RuledNumbers"];

#[test]
fn all_other_types_of_the_corpus_are_supported() {
    let unsupported: Vec<_> =
        corpus().iter().filter(|lowered| lowered.program.is_err()).map(|lowered| lowered.case.name).collect();
    assert_eq!(unsupported, UNSUPPORTED);
}

fn cases() -> u32 {
    std::env::var("KV_CORPUS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(64)
}

/// Runs a test with every type and random bytes. Returns how many runs of each type were not
/// skipped.
fn for_every_type(tries: fn(&Case, &Program, &[u8]) -> Result<bool, String>) -> Vec<(&'static str, u32)> {
    let mut broken = Vec::new();
    let mut counts = Vec::new();
    for Lowered { case, program } in corpus() {
        let Ok(program) = program else { continue };
        let count = Cell::new(0);
        let config = Tries { cases: cases(), failure_persistence: None, ..Tries::default() };
        let result = TestRunner::new(config).run(&vec(any::<u8>(), 0..400), |bytes| {
            if tries(&case, &program, &bytes).map_err(TestCaseError::fail)? {
                count.set(count.get() + 1);
            }
            Ok(())
        });
        if let Err(error) = result {
            let error = error.to_string();
            // Omits the minimal input, which is only bytes.
            broken.push(format!("{}: {}", case.name, error.split("\nminimal").next().unwrap_or_default()));
        }
        counts.push((case.name, count.get()));
    }
    assert!(broken.is_empty(), "{} types:\n{}", broken.len(), broken.join("\n"));
    counts
}

#[test]
fn json_from_serde_survives_decoding_and_encoding_in_elm() {
    let counts = for_every_type(|case, program, bytes| {
        let Ok(sample) = (case.sample)(&mut Unstructured::new(bytes)) else { return Ok(false) };
        if sample.broken.iter().any(|rule| matches!(*rule, "finite" | "type")) {
            return Ok(false);
        }
        let text = sample.json.map_err(|error| format!("{} is not written: {error}", sample.debug))?;
        let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let elm = Interpreter { program };
        match elm.decode(0, &json) {
            // JavaScript rounds such numbers before Elm sees them.
            Err(_) if has_unsafe(&json) => Ok(true),
            Err(error) => Err(format!("Elm does not read {text}: {error}")),
            Ok(held) => {
                let again = elm.encode(0, &held).to_string();
                let reread =
                    (case.read)(&again).map_err(|error| format!("{text} becomes {again}: {error}"))?;
                let last = reread.json.map_err(|error| format!("{again} is not written: {error}"))?;
                let last: Value = serde_json::from_str(&last).map_err(|error| error.to_string())?;
                // Sets are sorted in Elm, but have any order on the wire.
                let is_same = same(&json, &last) || elm.decode(0, &last).as_ref() == Ok(&held);
                if is_same { Ok(true) } else { Err(format!("{text} becomes {again}, and then {last}")) }
            }
        }
    });
    for (name, count) in counts {
        assert!(count * 4 >= cases(), "{name} was tried {count} times");
    }
}

#[test]
fn json_that_serde_rejects_is_rejected_in_elm() {
    let counts = for_every_type(|case, program, bytes| {
        let u = &mut Unstructured::new(bytes);
        let Ok(Some(json)) = spoiled(case, u) else { return Ok(false) };
        let Err(misfit) = readable(case.schema, &json) else { return Ok(false) };
        let Ok(held) = (Interpreter { program }).decode(0, &json) else { return Ok(true) };
        // Elm accepts integers outside the range of their type, strings in a format that only the
        // Rust type checks, and unknown members, since a newer server may write them.
        let is_accepted = |json: &Value, misfit: &Misfit| {
            let there = json.pointer(&misfit.pointer);
            let whole = there.and_then(Value::as_f64).is_some_and(|n| n.fract() == 0.0);
            let is_unknown =
                ["has the key", "has the unknown member"].iter().any(|text| misfit.message.contains(text));
            whole || there.is_some_and(Value::is_string) || is_unknown
        };
        let again = (Interpreter { program }).encode(0, &held);
        let rest = readable(case.schema, &again);
        let has_dropped =
            is_part(&again, &json) && rest.err().is_none_or(|misfit| is_accepted(&again, &misfit));
        if is_accepted(&json, &misfit) || has_dropped {
            return Ok(false);
        }
        Err(format!("{json} is unreadable ({misfit}), and Elm reads it as {held:?}, which is {again}"))
    });
    assert!(counts.iter().map(|(_, count)| count).sum::<u32>() > 1000, "{counts:?}");
}

/// Returns whether `part` is `of` without some of its members. A member that is missing in `of` may
/// be `null` in `part`, and strings may differ, since Elm replaces the name of an unknown variant.
fn is_part(part: &Value, of: &Value) -> bool {
    match (part, of) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_part(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.iter().all(|(name, a)| b.get(name).map_or(a.is_null(), |b| is_part(a, b)))
        }
        (Value::String(_), Value::String(_)) => true,
        _ => same(part, of),
    }
}

/// Returns whether JSON contains an integer that JavaScript rounds.
fn has_unsafe(json: &Value) -> bool {
    let beyond = |n: i128| n.abs() > kv_schema::rule::MAX_SAFE_INTEGER;
    match json {
        Value::Number(number) => {
            number.as_i64().map(i128::from).or(number.as_u64().map(i128::from)).is_some_and(beyond)
        }
        Value::Array(items) => items.iter().any(has_unsafe),
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.parse().is_ok_and(beyond) || has_unsafe(value))
        }
        _ => false,
    }
}

/// Returns whether two JSON values are equal when all numbers are floats.
fn same(a: &Value, b: &Value) -> bool {
    same_with(a, b, &|a, b| a.as_f64() == b.as_f64())
}
