//! Encodes values.

use super::{ElmValue, Interpreter};
use crate::ir::{Body, Codec, Component, Content, Enum, Presence, Record, Tagging};
use serde_json::{Map, Value, json};

impl Interpreter<'_> {
    pub(super) fn json(&self, codec: &Codec, held: &ElmValue) -> Value {
        match (codec, held) {
            (Codec::Maybe(inner), ElmValue::Maybe(Some(held))) => self.json(inner, held),
            (Codec::List(item) | Codec::Set(item) | Codec::Array(item, _), ElmValue::Many(items)) => {
                items.iter().map(|held| self.json(item, held)).collect()
            }
            (Codec::Tuple(codecs), ElmValue::Many(items)) => {
                codecs.iter().zip(items).map(|(codec, held)| self.json(codec, held)).collect()
            }
            (Codec::Map(_, _, value), ElmValue::Pairs(pairs)) => Value::Object(
                pairs.iter().map(|(name, held)| (name.clone(), self.json(value, held))).collect(),
            ),
            (Codec::Result { ok, .. }, ElmValue::Variant(0, held)) => json!({ "Ok": self.json(ok, held) }),
            (Codec::Result { err, .. }, ElmValue::Variant(_, held)) => json!({ "Err": self.json(err, held) }),
            (Codec::Named(at), held) => match (&self.program.types[*at].body, held) {
                (Body::Newtype(value), held) => self.json(&value.codec, held),
                (Body::Tuple(items), ElmValue::Many(helds)) => self.write_tuple(items, helds),
                (Body::Record(record), ElmValue::Many(_)) => Value::Object(self.write_record(record, held)),
                (Body::Enum(all), ElmValue::Variant(nth, held)) => self.variant(all, *nth, held),
                _ => Value::Null,
            },
            (_, ElmValue::Bool(bool)) => (*bool).into(),
            (_, ElmValue::Number(n)) => number(*n),
            (_, ElmValue::Text(text)) => text.as_str().into(),
            (_, ElmValue::Json(json)) => json.clone(),
            _ => Value::Null,
        }
    }

    fn write_tuple(&self, items: &[Component], helds: &[ElmValue]) -> Value {
        items.iter().zip(helds).map(|(item, held)| self.json(&item.codec, held)).collect()
    }

    fn write_record(&self, record: &Record, held: &ElmValue) -> Map<String, Value> {
        let ElmValue::Many(helds) = held else { return Map::new() };
        let mut members = Map::new();
        for (field, held) in record.fields.iter().zip(helds) {
            let codec = &field.value.codec;
            match (&field.presence, held) {
                (Presence::Flat, held) => members.extend(self.members(codec, held)),
                (Presence::LeftOut, ElmValue::Maybe(None)) => {}
                (Presence::Optional, ElmValue::Maybe(None)) => {
                    drop(members.insert(field.wire.clone(), Value::Null));
                }
                (Presence::Optional | Presence::LeftOut, ElmValue::Maybe(Some(held))) => {
                    members.insert(field.wire.clone(), self.json(codec, held));
                }
                (_, held) => drop(members.insert(field.wire.clone(), self.json(codec, held))),
            }
        }
        members
    }

    fn members(&self, codec: &Codec, held: &ElmValue) -> Map<String, Value> {
        match (codec, held) {
            (Codec::Maybe(inner), ElmValue::Maybe(Some(held))) => self.members(inner, held),
            (Codec::Map(..), held) => self.json(codec, held).as_object().cloned().unwrap_or_default(),
            (Codec::Named(at), held) => match (&self.program.types[*at].body, held) {
                (Body::Newtype(value), held) => self.members(&value.codec, held),
                (Body::Record(record), held) => self.write_record(record, held),
                (Body::Enum(all), ElmValue::Variant(nth, held)) => self.variant_members(all, *nth, held),
                _ => Map::new(),
            },
            _ => Map::new(),
        }
    }

    fn variant(&self, all: &Enum, nth: usize, held: &ElmValue) -> Value {
        let variant = &all.variants[nth];
        match &all.tagging {
            _ if variant.untagged => self.content(&variant.content, held),
            Tagging::Untagged => self.content(&variant.content, held),
            Tagging::External if matches!(variant.content, Content::Nothing) => variant.wire.as_str().into(),
            _ => Value::Object(self.variant_members(all, nth, held)),
        }
    }

    fn variant_members(&self, all: &Enum, nth: usize, held: &ElmValue) -> Map<String, Value> {
        let variant = &all.variants[nth];
        let name = Value::from(variant.wire.as_str());
        match &all.tagging {
            _ if variant.untagged => self.content_members(&variant.content, held),
            Tagging::Untagged => self.content_members(&variant.content, held),
            Tagging::External => {
                Map::from_iter([(variant.wire.clone(), self.content(&variant.content, held))])
            }
            Tagging::Internal { tag } => {
                let mut members = Map::from_iter([(tag.clone(), name)]);
                members.extend(self.content_members(&variant.content, held));
                members
            }
            Tagging::Adjacent { tag, content, .. } => {
                let mut members = Map::from_iter([(tag.clone(), name)]);
                if !matches!(variant.content, Content::Nothing) {
                    members.insert(content.clone(), self.content(&variant.content, held));
                }
                members
            }
        }
    }

    fn content(&self, content: &Content, held: &ElmValue) -> Value {
        match (content, held) {
            (Content::Nothing, _) => Value::Null,
            (Content::One(value), held) => self.json(&value.codec, held),
            (Content::Many(items), ElmValue::Many(helds)) => self.write_tuple(items, helds),
            (Content::Many(_), _) => json!([]),
            (Content::Record(record), held) => Value::Object(self.write_record(record, held)),
        }
    }

    fn content_members(&self, content: &Content, held: &ElmValue) -> Map<String, Value> {
        match content {
            Content::Nothing | Content::Many(_) => Map::new(),
            Content::One(value) => self.members(&value.codec, held),
            Content::Record(record) => self.write_record(record, held),
        }
    }
}

/// Returns a number as JavaScript prints it: whole numbers without a fraction.
#[expect(clippy::cast_possible_truncation, reason = "it is whole, and within ±(2^53 − 1)")]
fn number(n: f64) -> Value {
    if n.fract() == 0.0 && n.abs() <= 9_007_199_254_740_991.0 { (n as i64).into() } else { n.into() }
}
