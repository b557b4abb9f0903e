//! Field attributes other than rules, and the default values in the schema.

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

/// A type of another crate, without a schema.
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
fn opaque_field_is_any_json_and_allows_only_a_custom_rule() {
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
fn option_read_by_a_function_is_required() {
    #[derive(Debug, KvField, Serialize, Deserialize)]
    struct Stamped {
        #[kv(opaque)]
        #[serde(with = "as_maybe")]
        required: Option<u32>,
        #[kv(opaque)]
        #[serde(with = "as_maybe", default, skip_serializing_if = "Option::is_none")]
        defaulted: Option<u32>,
    }
    let [required, defaulted] = fields::<Stamped>() else { panic!("{:?}", Stamped::schema()) };
    assert!(!required.is_optional() && serde_json::from_str::<Stamped>("{}").is_err());
    assert!(defaulted.is_optional() && serde_json::from_str::<Stamped>(r#"{"required":null}"#).is_ok());
    assert!(defaulted.default_json.is_none(), "the JSON that the function writes is unknown");
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

/// A type that is used only in the process: it does not implement serde's traits.
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
fn skipped_field_has_any_type_and_is_neither_checked_nor_in_the_schema() {
    let schema = Job::schema();
    assert_eq!(schema.hidden, ["Running.since", "Done.0"]);
    let Shape::Enum(job) = schema.shape else { panic!("{schema:?}") };
    let names: Vec<_> = job.variants.iter().flat_map(|v| v.fields.all()).map(|f| f.rust_name).collect();
    assert_eq!(names, ["percent", "1"]);
    assert!(Job::Running { since: Instant::now(), percent: 1 }.validate().is_ok());
    assert!(ValidationErrors::collect(|v| Job::Done(Instant::now(), f64::NAN).check(v)).is_err());
    assert_eq!(Memory::schema().hidden, [""; 0], "serde skips the field as well");
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
fn default_of_an_omitted_field_is_in_the_schema() {
    let known: Vec<_> = fields::<Settings>()
        .iter()
        .map(|field| (field.default, field.default_json.and_then(DefaultJson::get)))
        .collect();
    let json = |text: &str| (true, Some(text.to_owned()));
    assert_eq!(known, [json("\"light\""), json("7"), json("[]"), json("null"), (true, None)]);
    let read: Settings = serde_json::from_str("{}").unwrap();
    assert_eq!((read.theme.as_str(), read.size, read.tags.len()), ("light", 7, 0));
}
