//! `Value` and `Map` of `serde_json`.
//!
//! `Number` is not supported: as a float it would lose integers beyond 2^53, and as any JSON it
//! would accept texts. In an `Option`, `Value::Null` is read back as `None`.

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

/// Returns the heap size of a number. With the feature `arbitrary_precision`, `Number` is larger
/// than an `f64` and a discriminant, and owns its digits.
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
