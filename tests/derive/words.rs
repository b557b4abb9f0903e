//! The words on fields that are no rules, and the defaults that a reader must know.

use kv_core::schema::ty::{DefaultJson, Field, Shape};
use kv_core::{Access, Exposed, KvField, KvType, ValidationErrors};
use serde::{Deserialize, Serialize};
use std::time::Instant;

fn fields<T: KvField>() -> &'static [Field] {
    match &T::schema().shape {
        Shape::Struct(fields) => fields.all(),
        other => panic!("{other:?}"),
    }
}

/// A type of another crate's, of which nothing is known here.
#[derive(Default, Serialize, Deserialize)]
struct Foreign {
    anything: Vec<u8>,
}

#[derive(KvType, Serialize, Deserialize)]
#[kv(plural = "Memories")]
struct Memory {
    #[kv(opaque, custom = "short")]
    foreign: Foreign,
    #[kv(opaque)]
    #[serde(with = "as_text")]
    count: u32,
    #[kv(opaque)]
    maybe: Option<Foreign>,
    #[kv(skip)]
    #[serde(skip)]
    since: Option<Instant>,
}

fn short(foreign: &Foreign) -> Result<(), &'static str> {
    if foreign.anything.len() < 3 { Ok(()) } else { Err("must be short") }
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(count: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(count)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[test]
fn what_is_opaque_is_any_json_and_takes_a_function_alone() {
    let shapes: Vec<_> = fields::<Memory>().iter().map(|f| f.ty.get().to_string()).collect();
    assert_eq!(shapes, ["Json", "Json", "Option<Json>"]);
    assert!(fields::<Memory>()[2].is_optional());
    let memory = |anything| Memory { foreign: Foreign { anything }, count: 7, maybe: None, since: None };
    assert!(memory(vec![1]).validate().is_ok());
    let report = memory(vec![1, 2, 3]).validate().unwrap_err();
    assert_eq!(report.to_string(), "foreign must be short");
    assert_eq!(serde_json::to_value(memory(vec![])).unwrap()["count"], "7");
    assert_eq!(Exposed::new::<Memory>(Access::Read).plural(), Some("Memories"));
}

#[test]
fn what_a_function_reads_is_asked_for_though_it_is_an_option() {
    #[derive(Debug, KvField, Serialize, Deserialize)]
    struct Stamped {
        #[kv(opaque)]
        #[serde(with = "as_maybe")]
        asked: Option<u32>,
        #[kv(opaque)]
        #[serde(with = "as_maybe", default, skip_serializing_if = "Option::is_none")]
        filled: Option<u32>,
    }
    let [asked, filled] = fields::<Stamped>() else { panic!("{:?}", Stamped::schema()) };
    assert!(!asked.is_optional() && serde_json::from_str::<Stamped>("{}").is_err());
    assert!(filled.is_optional() && serde_json::from_str::<Stamped>(r#"{"asked":null}"#).is_ok());
    assert!(filled.default_json.is_none(), "nobody knows how the function would write it");
}

mod as_maybe {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(count: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
        count.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
        Option::deserialize(from)
    }
}

/// In process alone: nothing writes it.
#[derive(KvType)]
enum Job {
    Running {
        #[kv(skip)]
        since: Instant,
        percent: u8,
    },
    Done(#[kv(skip)] Instant, f64),
}

#[test]
fn what_is_skipped_is_of_any_type_and_neither_checked_nor_described() {
    let schema = Job::schema();
    assert_eq!(schema.hidden, ["Running.since", "Done.0"]);
    let Shape::Enum(job) = schema.shape else { panic!("{schema:?}") };
    let names: Vec<_> = job.variants.iter().flat_map(|v| v.fields.all()).map(|f| f.rust_name).collect();
    assert_eq!(names, ["percent", "1"]);
    assert!(Job::Running { since: Instant::now(), percent: 1 }.validate().is_ok());
    assert!(ValidationErrors::collect(|v| Job::Done(Instant::now(), f64::NAN).check(v)).is_err());
    assert_eq!(Memory::schema().hidden, [""; 0], "serde leaves it out as well");
}

#[derive(KvType, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    #[serde(skip_serializing_if = "String::is_empty")]
    theme: String,
    #[serde(default = "seven", skip_serializing_if = "is_seven")]
    size: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    always: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: "light".into(), size: 0, tags: vec!["a".into()], note: None, always: true }
    }
}

const fn seven() -> u8 {
    7
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_seven(n: &u8) -> bool {
    *n == 7
}

#[test]
fn a_default_that_a_reader_must_know_stands_in_the_schema() {
    let known: Vec<_> = fields::<Settings>()
        .iter()
        .map(|field| (field.default, field.default_json.and_then(DefaultJson::get)))
        .collect();
    let json = |text: &str| (true, Some(text.to_owned()));
    assert_eq!(known, [json("\"light\""), json("7"), json("[]"), json("null"), (true, None)]);
    let read: Settings = serde_json::from_str("{}").unwrap();
    assert_eq!((read.theme.as_str(), read.size, read.tags.len()), ("light", 7, 0));
}
