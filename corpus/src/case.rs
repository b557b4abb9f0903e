//! What is done with a type of the corpus: [`Visitor`] sees the type, [`Case`] is it as data.

use crate::text;
use arbitrary::{Arbitrary, Unstructured};
use kv_core::schema::ty::TypeSchema;
use kv_core::{KvField, KvType, ValidationErrors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// What every type of the corpus can.
pub trait Subject:
    KvField + Serialize + DeserializeOwned + for<'a> Arbitrary<'a> + Debug + PartialEq
{
}

impl<T> Subject for T where
    T: KvField + Serialize + DeserializeOwned + for<'a> Arbitrary<'a> + Debug + PartialEq
{
}

/// Something that is done with every type of the corpus. See [`visit`](crate::visit).
pub trait Visitor {
    /// Called for each type that can be a field, with the name that it has in the corpus.
    fn field<T: Subject>(&mut self, name: &'static str);

    /// Called for each type that can be stored besides; as a field, unless said otherwise.
    fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
        self.field::<T>(name);
    }
}

/// A type of the corpus, as data.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name in the corpus: the type's own, or that of an instance of a generic type.
    pub name: &'static str,
    /// What the derive says of it.
    pub schema: &'static TypeSchema,
    /// Makes a random value, none that is nested so deeply that `serde_json` could not read it again.
    pub sample: fn(&mut Unstructured<'_>) -> arbitrary::Result<Sample>,
    /// Reads a value from JSON; the error is `serde_json`'s.
    pub read: fn(&str) -> Result<Sample, String>,
}

impl Case {
    /// The case of a type.
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

/// A value of some type of the corpus, and what became of it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The value as `Debug` writes it.
    pub debug: String,
    /// The names of the rules that it breaks.
    pub broken: Vec<&'static str>,
    /// What `serde_json` writes; the error is its own.
    pub json: Result<String, String>,
    /// What `serde_json` reads from what it has written.
    pub reread: Result<Reread, String>,
}

/// `serde_json` reads 127 levels, and spoiling adds a few.
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

/// A value that was written and read.
#[derive(Clone, Debug)]
pub struct Reread {
    /// Whether it equals the one that was written.
    pub equal: bool,
    /// What it is written as.
    pub json: String,
}
