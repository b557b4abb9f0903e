//! Generates JSON from a schema: with aliases, missing members and unknown members, and in every
//! form that serde reads, such as structs as lists and variants as objects with one member.

use crate::fit::{Source, is_time};
use arbitrary::{Arbitrary, Result, Unstructured};
use kv_core::schema::ty::{Enum, Field, Fields, FloatKind, IntKind, Shape, Tagging, TypeSchema, Variant};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Depth from which values are as small as possible.
const DEEP: u32 = 6;

/// Generates JSON that is read as the type, in any order of members. For types that serde writes
/// but does not read again, such as a map with numeric keys in an untagged enum, it only generates
/// readable forms.
///
/// # Errors
///
/// Returns the errors of the random source, or fails if there is no example of a string format.
pub fn json(schema: &TypeSchema, u: &mut Unstructured<'_>) -> Result<Value> {
    Maker { u, depth: 0, plain: false }.value(schema, Source::Text)
}

/// Generates JSON in the plain forms only, which kv-core accepts from clients: objects for structs,
/// strings for names of variants.
///
/// # Errors
///
/// Returns the errors of [`json()`].
pub fn plain(schema: &TypeSchema, u: &mut Unstructured<'_>) -> Result<Value> {
    Maker { u, depth: 0, plain: true }.value(schema, Source::Text)
}

struct Maker<'a, 'u> {
    u: &'a mut Unstructured<'u>,
    depth: u32,
    plain: bool,
}

impl Maker<'_, '_> {
    fn is_deep(&self) -> bool {
        self.depth > DEEP || self.u.is_empty()
    }

    fn once_in(&mut self, times: u32) -> Result<bool> {
        if self.u.is_empty() { Ok(false) } else { self.u.ratio(1, times) }
    }

    /// Returns whether to generate a form that serde reads and kv-core refuses.
    fn odd_once_in(&mut self, times: u32) -> Result<bool> {
        if self.plain { Ok(false) } else { self.once_in(times) }
    }

    fn value(&mut self, schema: &TypeSchema, from: Source) -> Result<Value> {
        self.depth += 1;
        let made = self.shape(schema, from);
        self.depth -= 1;
        made
    }

    fn shape(&mut self, schema: &TypeSchema, from: Source) -> Result<Value> {
        Ok(match schema.shape {
            Shape::Bool => Value::Bool(self.u.arbitrary()?),
            Shape::Int(kind) => self.integer(kind, false)?,
            Shape::NonZero(kind) => self.integer(kind, true)?,
            Shape::Float(kind) => self.float(kind)?,
            Shape::Char => self.u.arbitrary::<char>()?.to_string().into(),
            Shape::String => self.text()?.into(),
            Shape::Formatted(format) => {
                let fits: Vec<_> = FORMATTED.iter().filter(|text| (format.accepts)(text)).collect();
                (**self.u.choose(&fits)?).into()
            }
            Shape::Json => self.anything()?,
            Shape::Option(_) if self.is_deep() || self.once_in(3)? => Value::Null,
            Shape::Option(inner) => self.value(inner.get(), from)?,
            Shape::List(item) | Shape::Set(item) => {
                let len = self.length()?;
                self.list(len, |_| item.get(), from)?
            }
            Shape::Array { item, len } => self.list(len, |_| item.get(), from)?,
            Shape::Tuple(types) => self.list(types.len(), |at| types[at].get(), from)?,
            Shape::Map { key, value } => {
                let mut members = Map::new();
                for _ in 0..self.length()? {
                    let Some(name) = self.key(key.get(), from)? else { break };
                    members.insert(name, self.value(value.get(), from)?);
                }
                members.into()
            }
            Shape::Struct(fields) if is_time(schema) => {
                // Large `u64` seconds overflow; `u32` seconds do not.
                let amounts = fields.all().iter().map(|field| Ok((field.name, u32::arbitrary(self.u)?)));
                json!(amounts.collect::<Result<BTreeMap<_, _>>>()?)
            }
            Shape::Struct(fields) => self.structure(&fields, from, true)?,
            Shape::Enum(all) => self.enumeration(&all, from)?,
            // `Unit`, and future shapes.
            _ => Value::Null,
        })
    }

    fn length(&mut self) -> Result<usize> {
        if self.is_deep() { Ok(0) } else { self.u.int_in_range(0..=3) }
    }

    fn list(&mut self, len: usize, ty: impl Fn(usize) -> &'static TypeSchema, from: Source) -> Result<Value> {
        (0..len).map(|at| self.value(ty(at), from)).collect::<Result<Vec<_>>>().map(Value::Array)
    }

    fn integer(&mut self, kind: IntKind, not_zero: bool) -> Result<Value> {
        let (min, max) = kind.range();
        // The integers that `serde_json::Number` represents.
        let (min, max) = (min.max(i64::MIN.into()), max.min(u64::MAX.into()));
        let number = match self.u.int_in_range(0..=3)? {
            0 => min,
            1 => max,
            2 => i128::from(self.u.arbitrary::<i8>()?).clamp(min, max),
            _ => self.u.int_in_range(min..=max)?,
        };
        let number = if not_zero && number == 0 { 1 } else { number };
        Ok(i64::try_from(number)
            .map_or_else(|_| json!(u64::try_from(number).unwrap_or_default()), |n| json!(n)))
    }

    fn float(&mut self, kind: FloatKind) -> Result<Value> {
        let whole: i32 = self.u.arbitrary()?;
        Ok(match (self.u.int_in_range(0..=2)?, kind) {
            (0, _) => json!(whole),
            (1, FloatKind::F64) => json!(f64::from(whole) * 1e290),
            _ => json!(f64::from(whole) / 1024.0),
        })
    }

    fn text(&mut self) -> Result<String> {
        if self.once_in(2)? {
            return self
                .u
                .choose(&["", "a", "é\u{1f600}", "\"\\\n\u{7f}", "null"])
                .map(|text| (*text).to_owned());
        }
        let text: &str = self.u.arbitrary()?;
        Ok(text.chars().take(12).collect())
    }

    fn anything(&mut self) -> Result<Value> {
        Ok(match self.u.int_in_range(0..=5)? {
            0 => Value::Null,
            1 => Value::Bool(true),
            2 => json!(self.u.arbitrary::<i32>()?),
            3 => self.text()?.into(),
            4 => json!([1.5, "a", {}]),
            _ => json!({ "a": [null] }),
        })
    }

    /// Returns a key, or `None` if no key would be read.
    fn key(&mut self, schema: &TypeSchema, from: Source) -> Result<Option<String>> {
        Ok(match schema.shape {
            Shape::String => Some(self.text()?),
            Shape::Char => Some(self.u.arbitrary::<char>()?.to_string()),
            Shape::Bool if from == Source::Text => Some(self.u.arbitrary::<bool>()?.to_string()),
            Shape::Int(kind) if from == Source::Text => Some(self.integer(kind, false)?.to_string()),
            Shape::Formatted(format) => {
                let fits: Vec<_> = FORMATTED.iter().filter(|text| (format.accepts)(text)).collect();
                Some((**self.u.choose(&fits)?).to_owned())
            }
            Shape::Struct(Fields::Newtype { field, .. }) => self.key(field.ty.get(), from)?,
            Shape::Enum(all) => {
                let variant = self.u.choose(all.variants)?;
                // An alias would be the same key twice.
                Some(if self.plain { variant.name.to_owned() } else { self.variant_name(variant)? })
            }
            _ => None,
        })
    }

    /// Generates a struct. `takes_lists` is whether it is read by `deserialize_struct`, which also
    /// accepts a list.
    fn structure(&mut self, fields: &Fields, from: Source, takes_lists: bool) -> Result<Value> {
        Ok(match fields {
            Fields::Unit => Value::Null,
            Fields::Newtype { field, .. } => self.value(field.ty.get(), from)?,
            Fields::Tuple(fields) => self.items(fields, from)?,
            Fields::Named { fields, .. }
                if takes_lists && !fields.iter().any(|field| field.flatten) && self.odd_once_in(6)? =>
            {
                self.items(fields, from)?
            }
            Fields::Named { fields, deny_unknown } => {
                let mut members = Map::new();
                self.members(fields, from, &mut members)?;
                let reads_others = |field: &Field| field.flatten && reads_unknown_members(field.ty.get());
                if !deny_unknown && !fields.iter().any(reads_others) && self.once_in(3)? {
                    members.insert("zz_unknown_member".to_owned(), self.anything()?);
                }
                members.into()
            }
        })
    }

    /// Generates fields as a list. The last may be left out if they have defaults.
    fn items(&mut self, fields: &[Field], from: Source) -> Result<Value> {
        let needed = fields.iter().rposition(|field| !field.default).map_or(0, |last| last + 1);
        let len = self.u.int_in_range(needed..=fields.len())?;
        self.list(len, |at| fields[at].ty.get(), from)
    }

    fn members(&mut self, fields: &[Field], from: Source, into: &mut Map<String, Value>) -> Result<()> {
        for field in fields.iter().filter(|field| !field.flatten) {
            if field.is_optional() && (self.is_deep() || self.once_in(3)?) {
                continue;
            }
            let name = self.name(field.name, field.aliases)?;
            into.insert(name, self.value(field.ty.get(), from)?);
        }
        for field in fields.iter().filter(|field| field.flatten) {
            self.flat(field.ty.get(), into)?;
        }
        Ok(())
    }

    fn name(&mut self, name: &str, aliases: &[&str]) -> Result<String> {
        let at = if aliases.is_empty() { 0 } else { self.u.int_in_range(0..=aliases.len())? };
        Ok(if at == 0 { name } else { aliases[at - 1] }.to_owned())
    }

    fn variant_name(&mut self, variant: &Variant) -> Result<String> {
        if variant.other && self.once_in(2)? {
            return Ok("zz_another".to_owned());
        }
        self.name(variant.name, variant.aliases)
    }

    /// Generates the members of a flattened field. Members of a map get names that no field has.
    fn flat(&mut self, schema: &TypeSchema, into: &mut Map<String, Value>) -> Result<()> {
        match schema.shape {
            Shape::Option(inner) if self.once_in(2)? => self.flat(inner.get(), into)?,
            Shape::Map { key, value } => {
                for _ in 0..self.length()? {
                    let name = match (key.get().shape, self.key(key.get(), Source::Borrowed)?) {
                        (_, None) => break,
                        (Shape::String, Some(name)) => format!("zz_{name}"),
                        (_, Some(name)) => name,
                    };
                    let value = self.value(value.get(), Source::Borrowed)?;
                    into.entry(name).or_insert(value);
                }
            }
            Shape::Struct(Fields::Newtype { field, .. }) => self.flat(field.ty.get(), into)?,
            Shape::Struct(Fields::Named { fields, .. }) => self.members(fields, Source::Owned, into)?,
            Shape::Enum(all) if matches!(all.tagging, Tagging::External) => {
                // A variant with a member of its own, which neither a string nor an unknown name
                // is.
                let named: Vec<_> = all.variants.iter().filter(|variant| !variant.other).collect();
                let variant = self.u.choose(&named).copied()?;
                if variant.untagged {
                    into.extend(as_members(self.structure(&variant.fields, Source::Borrowed, false)?));
                } else {
                    let name = self.name(variant.name, variant.aliases)?;
                    into.insert(name, self.structure(&variant.fields, Source::Owned, true)?);
                }
            }
            Shape::Enum(all) => {
                let made = loop {
                    // Lists cannot be flattened; try again for an object.
                    match self.enumeration(&all, Source::Borrowed)? {
                        Value::Object(members) => break members,
                        _ if self.u.is_empty() => return Err(arbitrary::Error::NotEnoughData),
                        _ => {}
                    }
                };
                into.extend(made);
            }
            _ => {}
        }
        Ok(())
    }

    fn enumeration(&mut self, all: &Enum, from: Source) -> Result<Value> {
        let variant = if self.is_deep() {
            all.variants
                .iter()
                .min_by_key(|variant| height(&variant.fields, 4))
                .ok_or(arbitrary::Error::EmptyChoose)?
        } else {
            self.u.choose(all.variants)?
        };
        let mixed = all.variants.iter().any(|variant| variant.untagged);
        let from = if mixed || matches!(all.tagging, Tagging::Untagged) { Source::Borrowed } else { from };
        if variant.untagged {
            return self.structure(&variant.fields, from, false);
        }
        match all.tagging {
            Tagging::External => self.external(variant, from),
            Tagging::Internal { tag } => self.internal(all, variant, tag, from),
            Tagging::Adjacent { tag, content, .. } => self.adjacent(variant, tag, content, from),
            Tagging::Untagged => self.structure(&variant.fields, from, false),
        }
    }

    fn external(&mut self, variant: &Variant, from: Source) -> Result<Value> {
        let name = self.variant_name(variant)?;
        if matches!(variant.fields, Fields::Unit) && !self.once_in(3)? {
            return Ok(name.into());
        }
        Ok(json!({ name: self.structure(&variant.fields, from, true)? }))
    }

    fn internal(&mut self, all: &Enum, variant: &Variant, tag: &str, from: Source) -> Result<Value> {
        let at = all.variants.iter().position(|other| std::ptr::eq(other, variant));
        let named: Value = match at.filter(|_| from != Source::Text) {
            // In a buffer a variant may also be named by its index.
            Some(at) if self.odd_once_in(4)? => at.into(),
            _ => self.variant_name(variant)?.into(),
        };
        let rest = self.structure(&variant.fields, Source::Owned, true)?;
        Ok(match rest {
            Value::Array(mut items) => {
                items.insert(0, named);
                items.into()
            }
            rest => {
                let mut members = as_members(rest);
                members.insert(tag.to_owned(), named);
                members.into()
            }
        })
    }

    fn adjacent(&mut self, variant: &Variant, tag: &str, content: &str, from: Source) -> Result<Value> {
        let name = self.variant_name(variant)?;
        let rest = self.structure(&variant.fields, from, false)?;
        if self.odd_once_in(6)? {
            return Ok(json!([name, rest]));
        }
        let can_do_without = match variant.fields {
            Fields::Unit => true,
            Fields::Newtype { field, .. } => !field.default && field.is_optional(),
            _ => false,
        };
        let named = if self.odd_once_in(6)? { json!({ name: null }) } else { name.into() };
        let mut members = Map::new();
        members.insert(tag.to_owned(), named);
        if !can_do_without || self.once_in(2)? {
            members.insert(content.to_owned(), rest);
        }
        Ok(members.into())
    }
}

/// Converts a value to members of another object: a unit has no members, a unit variant becomes an
/// object with one member.
fn as_members(json: Value) -> Map<String, Value> {
    match json {
        Value::Object(members) => members,
        Value::String(name) => Map::from_iter([(name, Value::Null)]),
        _ => Map::new(),
    }
}

/// Returns whether a flattened type reads members that are not its own.
fn reads_unknown_members(schema: &TypeSchema) -> bool {
    match schema.shape {
        Shape::Struct(Fields::Named { fields, .. }) => fields.iter().any(|field| field.flatten),
        Shape::Struct(Fields::Newtype { field, .. }) => reads_unknown_members(field.ty.get()),
        Shape::Option(_) | Shape::Unit | Shape::Struct(Fields::Unit) => false,
        _ => true,
    }
}

/// Returns the least depth of a value, looking at most `budget` levels deep.
fn height(fields: &Fields, budget: u32) -> u32 {
    let Some(budget) = budget.checked_sub(1) else { return 0 };
    let of = |schema: &TypeSchema| match schema.shape {
        Shape::Struct(fields) => height(&fields, budget),
        Shape::Enum(all) => {
            all.variants.iter().map(|variant| height(&variant.fields, budget)).min().unwrap_or_default()
        }
        _ => 0,
    };
    let needed = fields.all().iter().filter(|field| !field.is_optional());
    needed.map(|field| 1 + of(field.ty.get())).max().unwrap_or_default()
}

/// Examples of all string formats.
const FORMATTED: [&str; 8] = [
    "127.0.0.1",
    "255.255.255.255",
    "::1",
    "2001:db8::8a2e:370:7334",
    "127.0.0.1:80",
    "0.0.0.0:0",
    "[::1]:65535",
    "[fe80::1]:443",
];
