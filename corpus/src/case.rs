//! [`Visitor`] receives the types of the corpus, [`Case`] is a type as data.

use crate::text;
use arbitrary::{Arbitrary, Unstructured};
use kv_core::schema::ty::TypeSchema;
use kv_core::{KvField, KvType, ValidationErrors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The traits of every type of the corpus.
pub trait Subject:
    KvField + Serialize + DeserializeOwned + for<'a> Arbitrary<'a> + Debug + PartialEq
{
}

impl<T> Subject for T where
    T: KvField + Serialize + DeserializeOwned + for<'a> Arbitrary<'a> + Debug + PartialEq
{
}

/// An operation on every type of the corpus. See [`visit`](crate::visit).
pub trait Visitor {
    /// Called for each type that can be a field, with its name in the corpus.
    fn field<T: Subject>(&mut self, name: &'static str);

    /// Called for each type that can also be stored. Calls [`field`](Self::field) by default.
    fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
        self.field::<T>(name);
    }
}

/// A type of the corpus, as data.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Name in the corpus: the name of the type, or of an instance of a generic type.
    pub name: &'static str,
    /// The derived schema.
    pub schema: &'static TypeSchema,
    /// Generates a random value, nested at most as deeply as `serde_json` can read.
    pub sample: fn(&mut Unstructured<'_>) -> arbitrary::Result<Sample>,
    /// Reads a value from JSON. The error is `serde_json`'s.
    pub read: fn(&str) -> Result<Sample, String>,
}

impl Case {
    /// Creates the case of a type.
    pub fn of<T: Subject>(name: &'static str) -> Self {
        Self {
            name,
            schema: T::schema(),
            sample: |u| {
                let sample = Sample::of(&T::arbitrary(u)?);
                if sample.is_deep() { Err(arbitrary::Error::IncorrectFormat) } else { Ok(sample) }
            },
            read: |json| match serde_json::from_str::<T>(json) {
                Ok(value) => Ok(Sample::of(&value)),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

/// A value of a type of the corpus, with the results of validating, writing and reading it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The value as `Debug` writes it.
    pub debug: String,
    /// Names of the rules that the value violates.
    pub broken: Vec<&'static str>,
    /// The JSON that `serde_json` writes, or its error.
    pub json: Result<String, String>,
    /// The value that `serde_json` reads from that JSON, or its error.
    pub reread: Result<Reread, String>,
}

/// Greatest depth of a sample. `serde_json` reads 127 levels, and mutation adds a few.
const DEEP: usize = 100;

impl Sample {
    fn of<T: Subject>(value: &T) -> Self {
        let report = ValidationErrors::collect(|v| value.check(v));
        let json = serde_json::to_string(value).map_err(|error| error.to_string());
        let reread = json.as_ref().map_err(String::clone).and_then(|json| {
            let again: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
            let json = serde_json::to_string(&again).map_err(|error| error.to_string())?;
            Ok(Reread { equal: again == *value, json })
        });
        Self {
            debug: format!("{value:?}"),
            broken: report.err().iter().flatten().map(|violation| violation.rule).collect(),
            json,
            reread,
        }
    }

    fn is_deep(&self) -> bool {
        let json = |text: &String| serde_json::from_str(text);
        self.json.as_ref().is_ok_and(|text| json(text).map_or(true, |json| text::depth(&json) > DEEP))
    }
}

/// A value that was written and read again.
#[derive(Clone, Debug)]
pub struct Reread {
    /// Whether the value equals the one that was written.
    pub equal: bool,
    /// The JSON of the value that was read.
    pub json: String,
}
