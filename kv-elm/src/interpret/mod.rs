//! Runs codecs as Elm does, without Elm: numbers are JavaScript's, and decoders read what theirs read.
//!
//! It follows what `print` writes, helper by helper (`elm/Kv/Codec.elm`); the compiler, and Node, say whether what is
//! written is that.

mod decode;
mod encode;

use crate::ir::{Codec, Index, Program};
use serde_json::Value;

/// A value that Elm holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Held {
    Unit,
    Bool(bool),
    Number(f64),
    Text(String),
    Json(Value),
    Maybe(Option<Box<Held>>),
    /// A list, a tuple, a record's fields, what a constructor holds.
    Many(Vec<Held>),
    /// A map's entries, by the texts of their keys.
    Pairs(Vec<(String, Held)>),
    /// A variant, by its place, and what it holds.
    Variant(usize, Box<Held>),
}

/// A program that is run.
pub(crate) struct Interpreter<'a> {
    pub(crate) program: &'a Program,
}

/// What a decoder ends in.
pub(crate) type Decoded = Result<Held, String>;

impl Interpreter<'_> {
    /// Reads JSON as the decoder of a type does.
    pub(crate) fn decode(&self, at: Index, json: &Value) -> Decoded {
        self.value(&Codec::Named(at), json)
    }

    /// Writes JSON as the encoder of a type does.
    pub(crate) fn encode(&self, at: Index, held: &Held) -> Value {
        self.json(&Codec::Named(at), held)
    }
}
