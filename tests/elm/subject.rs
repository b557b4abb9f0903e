//! Types whose values are sent to Elm and back.

use crate::{clashing, inherited, ruled};
use arbitrary::Unstructured;
use kv_core::schema::{Access, Exposed};
use kv_core::{KvType, Param, ValidationErrors, Violation};
use kv_corpus::{Subject as Corpus, Visitor};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Map, Value, json};

/// A stored type, with functions that generate and compare its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) exposed: Exposed,
    sample: fn(&mut Unstructured<'_>) -> arbitrary::Result<Option<Sample>>,
    /// Returns whether two JSON texts are read as the same value.
    pub(crate) is_same: fn(&str, &str) -> bool,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// JSON from `serde_json`.
    pub(crate) json: String,
    /// The violations that the server reports.
    pub(crate) broken: Value,
}

impl Subject {
    pub(crate) fn of<T: Corpus + KvType>() -> Self {
        Self {
            exposed: Exposed::new::<T>(Access::ReadWrite),
            sample: |u| {
                let value = T::arbitrary(u)?;
                let json = serde_json::to_string(&value).ok();
                // Values that JSON cannot represent, and those that serde writes but does not read,
                // are skipped.
                let json = json.filter(|json| serde_json::from_str::<T>(json).is_ok_and(|it| it == value));
                Ok(json.map(|json| Sample { json, broken: broken(&value) }))
            },
            is_same: |a, b| match (serde_json::from_str::<T>(a), serde_json::from_str::<T>(b)) {
                (Ok(a), Ok(b)) => a == b,
                _ => false,
            },
        }
    }

    /// Returns `count` values, the same ones every time, or fewer if Elm can represent few values
    /// of the type.
    pub(crate) fn samples(&self, count: usize) -> Vec<Sample> {
        let mut seed = [0; 32];
        for (byte, of_tag) in seed.iter_mut().zip(self.exposed.tag().bytes().cycle()) {
            *byte = of_tag;
        }
        let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut samples = Vec::new();
        for _ in 0..10 * count {
            let mut bytes = [0; 512];
            random.fill_bytes(&mut bytes);
            // Clears some of the bytes, so that small numbers and short lists are as likely as
            // others.
            let zeros = random.next_u32() % 4;
            for byte in &mut bytes {
                if random.next_u32() % 4 < zeros {
                    *byte = 0;
                }
            }
            match (self.sample)(&mut Unstructured::new(&bytes)) {
                Ok(Some(sample)) if is_exact(&sample.json) => samples.push(sample),
                _ => {}
            }
            if samples.len() == count {
                break;
            }
        }
        samples
    }
}

/// Returns whether JavaScript reads every integer exactly.
fn is_exact(json: &str) -> bool {
    fn holds(json: &Value) -> bool {
        const MAX: i64 = (1 << 53) - 1;
        match json {
            Value::Number(number) if number.is_f64() => true,
            Value::Number(number) => number.as_i64().is_some_and(|it| (-MAX..=MAX).contains(&it)),
            Value::Array(items) => items.iter().all(holds),
            Value::Object(members) => members.values().all(holds),
            _ => true,
        }
    }
    serde_json::from_str(json).is_ok_and(|json| holds(&json))
}

/// Returns the violations that Elm finds: custom rules are only checked by the server.
fn broken<T: KvType>(value: &T) -> Value {
    to_elm(value.validate().err().iter().flat_map(ValidationErrors::violations))
}

/// Returns violations as Elm reports them, without those that only the server finds.
pub(crate) fn to_elm<'a>(violations: impl Iterator<Item = &'a Violation>) -> Value {
    violations.filter(|it| !["custom", "validate"].contains(&it.rule)).map(to_json).collect()
}

fn to_json(violation: &Violation) -> Value {
    let param = |param: &Param| match param {
        Param::Int(number) => serde_json::from_str(&number.to_string()).unwrap_or_default(),
        Param::Float(number) => json!(number),
        Param::Text(text) => json!(text),
        Param::Texts(texts) => json!(texts),
        other => json!(format!("{other:?}")),
    };
    let params: Map<_, _> =
        violation.params.iter().map(|(name, value)| ((*name).to_owned(), param(value))).collect();
    json!({ "pointer": violation.pointer, "rule": violation.rule, "params": params, "message": violation.message })
}

/// Returns the types of the corpus that can be stored, those of `ruled`, `inherited` and
/// `clashing`.
pub(crate) fn all() -> Vec<Subject> {
    struct Collect(Vec<Subject>);

    impl Visitor for Collect {
        fn field<T: Corpus>(&mut self, _: &'static str) {}

        fn stored<T: Corpus + KvType>(&mut self, _: &'static str) {
            self.0.push(Subject::of::<T>());
        }
    }

    let mut subjects = Collect(Vec::new());
    kv_corpus::visit(&mut subjects);
    subjects.0.extend([
        Subject::of::<ruled::TextRules>(),
        Subject::of::<ruled::NumberRules>(),
        Subject::of::<ruled::ListRules>(),
        Subject::of::<ruled::Large>(),
        Subject::of::<ruled::InnerRules>(),
        Subject::of::<inherited::InheritedFields>(),
        Subject::of::<inherited::InheritedRequired>(),
        Subject::of::<inherited::InheritedKeys>(),
        Subject::of::<inherited::InheritedVariants>(),
        Subject::of::<clashing::Statuses>(),
        Subject::of::<clashing::Shape>(),
        Subject::of::<clashing::Geometry>(),
        Subject::of::<clashing::ShapeDecoder>(),
        Subject::of::<clashing::GetShape>(),
        Subject::of::<clashing::Shapes>(),
        Subject::of::<clashing::Identity>(),
    ]);
    subjects.0
}
