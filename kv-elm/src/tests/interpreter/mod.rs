//! Runs codecs of the intermediate representation without Elm. Numbers are floats, as in
//! JavaScript.
//!
//! It does the same as the code that `print` generates and its helpers in `elm/Kv/Codec.elm`. The
//! tests with the Elm compiler and Node check that the generated code does the same as well.

mod decode;
mod encode;

use crate::ir::{Codec, Index, Program};
use serde_json::Value;

/// A value in Elm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ElmValue {
    Unit,
    Bool(bool),
    Number(f64),
    Text(String),
    Json(Value),
    Maybe(Option<Box<ElmValue>>),
    /// A list, a tuple, the fields of a record, or the arguments of a constructor.
    Many(Vec<ElmValue>),
    /// The entries of a map, with the keys as texts.
    Pairs(Vec<(String, ElmValue)>),
    /// A variant, by its index, with its content.
    Variant(usize, Box<ElmValue>),
}

/// Decodes and encodes the types of a program.
pub(crate) struct Interpreter<'a> {
    pub(crate) program: &'a Program,
}

/// The result of a decoder.
pub(crate) type Decoded = Result<ElmValue, String>;

impl Interpreter<'_> {
    /// Decodes JSON as a type.
    pub(crate) fn decode(&self, at: Index, json: &Value) -> Decoded {
        self.value(&Codec::Named(at), json)
    }

    /// Encodes a value of a type.
    pub(crate) fn encode(&self, at: Index, value: &ElmValue) -> Value {
        self.json(&Codec::Named(at), value)
    }
}
