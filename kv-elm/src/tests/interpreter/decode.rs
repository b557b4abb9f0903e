//! Decodes JSON.

use super::{Decoded, ElmValue, Interpreter};
use crate::ir::{
    Body, Codec, Component, Content, Enum, Field, Index, Int, IntCheck, Key, Presence, Record, Tagging,
    Variant,
};
use serde_json::{Map, Value};

const SAFE: f64 = 9_007_199_254_740_991.0;

fn no(what: &str) -> Decoded {
    Err(format!("expecting {what}"))
}

impl Interpreter<'_> {
    pub(super) fn value(&self, codec: &Codec, json: &Value) -> Decoded {
        match codec {
            Codec::Unit => {
                if json.is_null() {
                    Ok(ElmValue::Unit)
                } else {
                    no("null")
                }
            }
            Codec::Bool => json.as_bool().map_or_else(|| no("a bool"), |bool| Ok(ElmValue::Bool(bool))),
            Codec::Int(int) => integer(*int, json),
            Codec::Float { .. } => json.as_f64().map_or_else(|| no("a number"), |n| Ok(ElmValue::Number(n))),
            Codec::Char => match json.as_str() {
                Some(text) if text.chars().count() == 1 => Ok(ElmValue::Text(text.to_owned())),
                _ => no("a character"),
            },
            Codec::String => {
                json.as_str().map_or_else(|| no("a text"), |text| Ok(ElmValue::Text(text.to_owned())))
            }
            Codec::Json => Ok(ElmValue::Json(json.clone())),
            Codec::Maybe(_) if json.is_null() => Ok(ElmValue::Maybe(None)),
            Codec::Maybe(inner) => Ok(ElmValue::Maybe(Some(Box::new(self.value(inner, json)?)))),
            Codec::List(item) => self.items(json, None, |_| item),
            Codec::Set(item) => self.items(json, None, |_| item).map(sorted),
            Codec::Array(item, len) => self.items(json, Some(*len), |_| item),
            Codec::Tuple(items) if items.is_empty() => {
                if json.is_null() {
                    Ok(ElmValue::Unit)
                } else {
                    no("null")
                }
            }
            Codec::Tuple(items) => self.items(json, Some(items.len()), |nth| &items[nth]),
            Codec::Map(key, _, value) => match json {
                Value::Object(members) => self.entries(*key, value, members.iter()),
                _ => no("an object"),
            },
            Codec::Result { ok, err } => {
                let (name, json) = only_member(json)?;
                match name {
                    "Ok" => Ok(ElmValue::Variant(0, Box::new(self.value(ok, json)?))),
                    "Err" => Ok(ElmValue::Variant(1, Box::new(self.value(err, json)?))),
                    _ => no("Ok or Err"),
                }
            }
            Codec::Named(at) => self.named(*at, json, None),
        }
    }

    fn items<'c>(&self, json: &Value, count: Option<usize>, codec: impl Fn(usize) -> &'c Codec) -> Decoded {
        let Value::Array(items) = json else { return no("a list") };
        if count.is_some_and(|count| count != items.len()) {
            return no("another count");
        }
        let items: Result<_, _> =
            items.iter().enumerate().map(|(nth, json)| self.value(codec(nth), json)).collect();
        Ok(ElmValue::Many(items?))
    }

    fn entries<'v>(
        &self,
        key: Key,
        value: &Codec,
        members: impl Iterator<Item = (&'v String, &'v Value)>,
    ) -> Decoded {
        let entry = |(name, json): (&String, &Value)| Ok((self.key(key, name)?, self.value(value, json)?));
        Ok(ElmValue::Pairs(members.map(entry).collect::<Result<_, String>>()?))
    }

    /// Returns the text as which a key is encoded again.
    fn key(&self, key: Key, text: &str) -> Result<String, String> {
        let fits = match key {
            Key::String => true,
            Key::Char => text.chars().count() == 1,
            Key::Bool => matches!(text, "true" | "false"),
            Key::Int(int) => text.parse::<f64>().is_ok_and(|n| {
                let within = int.check != IntCheck::Bounds || in_bounds(int, n);
                within && n.abs() <= SAFE && n.fract() == 0.0 && format!("{n}") == text
            }),
            Key::Variant(at) => {
                let Body::Enum(all) = &self.program.types[at].body else { return Err("no enum".to_owned()) };
                let found = all.variants.iter().find(|variant| variant.wire == text && !variant.other);
                return found
                    .or_else(|| all.variants.iter().find(|variant| variant.other))
                    .map(|variant| variant.wire.clone())
                    .ok_or_else(|| format!("not a key: {text}"));
            }
        };
        if fits { Ok(text.to_owned()) } else { Err(format!("not a key: {text}")) }
    }

    /// Decodes a type. `known` is set if the type is flattened, and has the members that others
    /// read.
    fn named(&self, at: Index, json: &Value, known: Option<&[String]>) -> Decoded {
        let ty = &self.program.types[at];
        match (&ty.body, known) {
            (Body::Unit, Some(_)) => Ok(ElmValue::Unit),
            (Body::Unit, None) => self.value(&Codec::Unit, json),
            (Body::Newtype(value), Some(known)) => self.flat(&value.codec, json, known),
            (Body::Newtype(value), None) => self.value(&value.codec, json),
            (Body::Tuple(items), _) => self.tuple(items, json),
            (Body::Record(record), known) => self.record(record, json, known.unwrap_or(&[]), known.is_some()),
            (Body::Enum(all), known) => self.enumeration(all, json, known),
        }
    }

    fn tuple(&self, items: &[Component], json: &Value) -> Decoded {
        self.items(json, Some(items.len()), |nth| &items[nth].codec)
    }

    fn record(&self, record: &Record, json: &Value, known: &[String], flat: bool) -> Decoded {
        let Value::Object(members) = json else { return no("an object") };
        let names = [known, &self.program.record_names(record)].concat();
        let held: Result<Vec<_>, _> =
            record.fields.iter().map(|field| self.field(field, members, json, &names)).collect();
        if record.strict && !flat && members.keys().any(|name| !names.contains(name)) {
            return no("no other member");
        }
        Ok(ElmValue::Many(held?))
    }

    fn field(&self, field: &Field, members: &Map<String, Value>, json: &Value, names: &[String]) -> Decoded {
        let codec = &field.value.codec;
        let there = members.get(&field.wire);
        match (&field.presence, there) {
            (Presence::Flat, _) => self.flat(codec, json, names),
            (Presence::Required | Presence::Default(_), Some(json)) => self.value(codec, json),
            (Presence::Required, None) => no(&field.wire),
            (Presence::Default(default), None) => {
                self.value(codec, &serde_json::from_str(default).map_err(|error| error.to_string())?)
            }
            (Presence::Optional | Presence::LeftOut, None) | (Presence::Optional, Some(Value::Null)) => {
                Ok(ElmValue::Maybe(None))
            }
            (Presence::Optional | Presence::LeftOut, Some(json)) => {
                Ok(ElmValue::Maybe(Some(Box::new(self.value(codec, json)?))))
            }
        }
    }

    fn flat(&self, codec: &Codec, json: &Value, known: &[String]) -> Decoded {
        match codec {
            Codec::Unit => Ok(ElmValue::Unit),
            Codec::Maybe(inner) => Ok(ElmValue::Maybe(self.flat(inner, json, known).ok().map(Box::new))),
            Codec::Map(key, _, value) => match json {
                Value::Object(members) => {
                    self.entries(*key, value, members.iter().filter(|(name, _)| !known.contains(name)))
                }
                _ => no("an object"),
            },
            Codec::Named(at) => self.named(*at, json, Some(known)),
            _ => self.value(codec, json),
        }
    }

    fn enumeration(&self, all: &Enum, json: &Value, known: Option<&[String]>) -> Decoded {
        let without = |variant: &Variant| variant.untagged || all.tagging == Tagging::Untagged;
        let mut result = match &all.tagging {
            Tagging::External => self.external(all, json, known.is_some()),
            Tagging::Internal { tag } => by_tag(all, tag, json, |variant| {
                let names = [known.unwrap_or(&[]), std::slice::from_ref(tag)].concat();
                self.content_from_members(&variant.content, json, &names)
            }),
            Tagging::Adjacent { tag, content, strict } => by_tag(all, tag, json, |variant| {
                match &variant.content {
                    Content::Nothing => Ok(ElmValue::Unit),
                    held => self.content_from_json(held, json.get(content).ok_or("no content")?),
                }
            })
            .and_then(|held| {
                let other =
                    |members: &Map<String, Value>| members.keys().any(|name| name != tag && name != content);
                if *strict && known.is_none() && json.as_object().is_some_and(other) {
                    no("no other")
                } else {
                    Ok(held)
                }
            }),
            Tagging::Untagged => no("a variant"),
        };
        for (nth, variant) in all.variants.iter().enumerate().filter(|(_, variant)| without(variant)) {
            result = result.or_else(|_| {
                let held = match known {
                    Some(known) => self.content_from_members(&variant.content, json, known),
                    None => self.content_from_json(&variant.content, json),
                };
                Ok(ElmValue::Variant(nth, Box::new(held?)))
            });
        }
        result
    }

    fn external(&self, all: &Enum, json: &Value, flat: bool) -> Decoded {
        let find = |name: &str| {
            all.variants
                .iter()
                .position(|variant| !variant.untagged && !variant.other && variant.wire == name)
        };
        let other = all.variants.iter().position(|variant| variant.other);
        let of = |nth: usize, json: &Value| -> Decoded {
            Ok(ElmValue::Variant(nth, Box::new(self.content_from_json(&all.variants[nth].content, json)?)))
        };
        match json {
            Value::Object(members) if flat => {
                let found = members.iter().find_map(|(name, json)| Some((find(name)?, json)));
                found.map_or_else(|| no("a variant"), |(nth, json)| of(nth, json))
            }
            Value::String(name) if !flat => match find(name).or(other) {
                Some(nth) if matches!(all.variants[nth].content, Content::Nothing) => {
                    Ok(ElmValue::Variant(nth, Box::new(ElmValue::Unit)))
                }
                _ => no("a variant"),
            },
            Value::Object(_) => {
                let (name, json) = only_member(json)?;
                match find(name) {
                    Some(nth) if !matches!(all.variants[nth].content, Content::Nothing) => of(nth, json),
                    _ => no("a variant"),
                }
            }
            _ => no("a variant"),
        }
    }

    fn content_from_json(&self, content: &Content, json: &Value) -> Decoded {
        match content {
            Content::Nothing => self.value(&Codec::Unit, json),
            Content::One(value) => self.value(&value.codec, json),
            Content::Many(items) => self.tuple(items, json),
            Content::Record(record) => self.record(record, json, &[], false),
        }
    }

    fn content_from_members(&self, content: &Content, json: &Value, known: &[String]) -> Decoded {
        match content {
            Content::Nothing | Content::Many(_) => Ok(ElmValue::Unit),
            Content::One(value) => self.flat(&value.codec, json, known),
            Content::Record(record) => self.record(record, json, known, false),
        }
    }
}

fn integer(int: Int, json: &Value) -> Decoded {
    let Some(n) = json.as_f64().filter(|n| n.fract() == 0.0) else { return no("a whole number") };
    let fits = match int.check {
        IntCheck::Whole => true,
        IntCheck::Safe => n.abs() <= SAFE,
        IntCheck::Bounds => in_bounds(int, n),
    };
    if fits { Ok(ElmValue::Number(n)) } else { no("a number within bounds") }
}

#[expect(clippy::cast_precision_loss, reason = "they are within ±(2^53 − 1)")]
fn in_bounds(int: Int, n: f64) -> bool {
    int.min as f64 <= n && n <= int.max as f64
}

fn only_member(json: &Value) -> Result<(&str, &Value), String> {
    let members =
        json.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
    members.map(|(name, json)| (name.as_str(), json)).ok_or_else(|| "expecting one member".to_owned())
}

/// Sorts and deduplicates, as an Elm `Set` does.
fn sorted(held: ElmValue) -> ElmValue {
    let ElmValue::Many(mut items) = held else { return held };
    items.sort_by(|a, b| match (a, b) {
        (ElmValue::Number(a), ElmValue::Number(b)) => a.total_cmp(b),
        (ElmValue::Text(a), ElmValue::Text(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    items.dedup();
    ElmValue::Many(items)
}

fn by_tag(all: &Enum, tag: &str, json: &Value, content: impl Fn(&Variant) -> Decoded) -> Decoded {
    let Some(Value::String(name)) = json.get(tag) else { return no("a tag") };
    let tagged = |variant: &Variant| !variant.untagged;
    let found =
        all.variants.iter().position(|variant| tagged(variant) && !variant.other && variant.wire == *name);
    match found.or_else(|| all.variants.iter().position(|variant| variant.other)) {
        Some(nth) => Ok(ElmValue::Variant(nth, Box::new(content(&all.variants[nth])?))),
        None => no("a variant"),
    }
}
