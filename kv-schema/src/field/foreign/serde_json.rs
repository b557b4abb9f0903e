//! JSON of any form, of `serde_json`.
//!
//! There is no `Number`: a float would round its integers beyond 2^53, and any JSON would let texts through. In an `Option`,
//! `Value::Null` is read back as `None`.

use crate::check::Validator;
use crate::field::heap::json_members;
use crate::field::{KvField, in_key_order, schema};
use crate::rule::{EachSubject, counted};
use crate::ty::{Shape, TypeRef, TypeSchema};
use serde_json::{Map, Number, Value};

impl KvField for Value {
    fn schema() -> &'static TypeSchema {
        schema!("serde_json", "Value", [], Shape::Json)
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 0,
            Self::Number(number) => digits(number),
            Self::String(text) => text.heap_size(),
            Self::Array(items) => items.heap_size(),
            Self::Object(members) => members.heap_size(),
        }
    }
}

impl KvField for Map<String, Value> {
    fn schema() -> &'static TypeSchema {
        schema!(
            "serde_json",
            "Map",
            [String, Value],
            Shape::Map { key: TypeRef::of::<String>(), value: TypeRef::of::<Value>() }
        )
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        json_members(self.len())
            + self.iter().map(|(key, value)| key.heap_size() + value.heap_size()).sum::<usize>()
    }
}

/// With the feature `arbitrary_precision` a number is its digits, which it tells by being larger than an `f64` and its
/// kind.
fn digits(number: &Number) -> usize {
    if size_of::<Number>() > 2 * size_of::<f64>() { number.to_string().len() } else { 0 }
}

counted!([] Map<String, Value>);

impl EachSubject for Map<String, Value> {
    type Item = Value;

    fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&Value, &mut Validator<'_>)) {
        in_key_order(self.iter(), v, |_, value, v| check(value, v));
    }
}
