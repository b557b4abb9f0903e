//! What Elm's codecs make of what serde writes, for every type of the corpus.

use crate::config::Config;
use crate::interpret::Interpreter;
use crate::ir::Program;
use crate::map;
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

/// A type of the corpus with its program; those that cannot be stored have none.
struct Mapped {
    case: Case,
    program: Result<Program, String>,
}

fn corpus() -> Vec<Mapped> {
    struct Collect(Vec<Mapped>);

    impl Visitor for Collect {
        fn field<T: Subject>(&mut self, _: &'static str) {}

        fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
            let exposed = [Exposed::new::<T>(Access::ReadWrite)];
            let program = map::program(&exposed, &Config::default()).map_err(|refusals| refusals.to_string());
            self.0.push(Mapped { case: Case::of::<T>(name), program });
        }
    }

    let mut all = Collect(Vec::new());
    kv_corpus::visit(&mut all);
    all.0
}

/// The types of the corpus that Elm cannot hold, and the only ones.
const REFUSED: [&str; 6] = ["Wide", "OtherIntegers", "Tuples", "Maybes", "NumberKeys", "RuledNumbers"];

#[test]
fn elm_holds_every_type_of_the_corpus_but_those_that_it_cannot() {
    let refused: Vec<_> =
        corpus().iter().filter(|mapped| mapped.program.is_err()).map(|mapped| mapped.case.name).collect();
    assert_eq!(refused, REFUSED);
}

fn cases() -> u32 {
    std::env::var("KV_CORPUS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(64)
}

/// Tries something with every type and random bytes; says how often it was tried with each.
fn for_every_type(tries: fn(&Case, &Program, &[u8]) -> Result<bool, String>) -> Vec<(&'static str, u32)> {
    let mut broken = Vec::new();
    let mut counts = Vec::new();
    for Mapped { case, program } in corpus() {
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
            // Without the bytes.
            broken.push(format!("{}: {}", case.name, error.split("\nminimal").next().unwrap_or_default()));
        }
        counts.push((case.name, count.get()));
    }
    assert!(broken.is_empty(), "{} types:\n{}", broken.len(), broken.join("\n"));
    counts
}

#[test]
fn what_serde_writes_is_read_and_written_again_as_what_serde_reads_as_the_same() {
    let counts = for_every_type(|case, program, bytes| {
        let Ok(sample) = (case.sample)(&mut Unstructured::new(bytes)) else { return Ok(false) };
        if sample.broken.iter().any(|rule| matches!(*rule, "finite" | "type")) {
            return Ok(false);
        }
        let text = sample.json.map_err(|error| format!("{} is not written: {error}", sample.debug))?;
        let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let elm = Interpreter { program };
        match elm.decode(0, &json) {
            // JavaScript has rounded it.
            Err(_) if has_unsafe(&json) => Ok(true),
            Err(error) => Err(format!("{text} is written, and Elm does not read it: {error}")),
            Ok(held) => {
                let again = elm.encode(0, &held).to_string();
                let reread =
                    (case.read)(&again).map_err(|error| format!("{text} becomes {again}: {error}"))?;
                let last = reread.json.map_err(|error| format!("{again} is not written: {error}"))?;
                let last: Value = serde_json::from_str(&last).map_err(|error| error.to_string())?;
                // A set has no order on the wire, but one in Elm.
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
fn what_serde_does_not_read_is_refused() {
    let counts = for_every_type(|case, program, bytes| {
        let u = &mut Unstructured::new(bytes);
        let Ok(Some(json)) = spoiled(case, u) else { return Ok(false) };
        let Err(misfit) = readable(case.schema, &json) else { return Ok(false) };
        let Ok(held) = (Interpreter { program }).decode(0, &json) else { return Ok(true) };
        // Elm accepts integers out of the range of their type, strings in a format that only their own type
        // checks, and unknown members, since a newer server may write them.
        let is_let_through = |json: &Value, misfit: &Misfit| {
            let there = json.pointer(&misfit.pointer);
            let whole = there.and_then(Value::as_f64).is_some_and(|n| n.fract() == 0.0);
            let is_unknown =
                ["has the key", "has the unknown member"].iter().any(|text| misfit.message.contains(text));
            whole || there.is_some_and(Value::is_string) || is_unknown
        };
        let again = (Interpreter { program }).encode(0, &held);
        let rest = readable(case.schema, &again);
        let has_dropped =
            is_part(&again, &json) && rest.err().is_none_or(|misfit| is_let_through(&again, &misfit));
        if is_let_through(&json, &misfit) || has_dropped {
            return Ok(false);
        }
        Err(format!("{json} is unreadable ({misfit}), and Elm reads it as {held:?}, which is {again}"))
    });
    assert!(counts.iter().map(|(_, count)| count).sum::<u32>() > 1000, "{counts:?}");
}

/// Whether JSON is some other without some of its members; what is missing there may be `null` here, and a variant of
/// another version bears the name of the one that stands for it.
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

/// Whether a whole number in it is beyond what JavaScript holds exactly.
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

/// Whether two JSON are the same where numbers are JavaScript's.
fn same(a: &Value, b: &Value) -> bool {
    same_with(a, b, &|a, b| a.as_f64() == b.as_f64())
}
