//! JSON that `serde_json::from_str` reads. Source: `de` of `serde_derive`, and
//! `serde::private::de`.

use super::flat;
use super::scalar::{
    Source, integer, is_128, is_one_char, is_time, readable_key, readable_time, variant_named,
};
use super::{Misfit, Under, Verdict, ensure};
use kv_core::schema::ty::{Enum, Field, Fields, FloatKind, Shape, Tagging, TypeSchema, Variant};
use serde_json::{Map, Value};

/// Checks that `serde_json` reads JSON as a value of the type, if it is written as `Value` writes
/// it, with members sorted by name.
///
/// # Errors
///
/// Returns the first misfit.
///
/// ```
/// use kv_core::KvField;
/// use kv_corpus::fit::readable;
///
/// let misfit = readable(<Vec<u8>>::schema(), &serde_json::json!([1, 256])).unwrap_err();
/// assert_eq!(misfit.to_string(), "/1 is not of type u8");
/// ```
pub fn readable(schema: &TypeSchema, json: &Value) -> Result<(), Misfit> {
    value(schema, json, Source::Text)
}

pub(super) fn value(schema: &TypeSchema, json: &Value, from: Source) -> Verdict {
    let is = |fits: bool| ensure(fits, || format!("is not of type {schema}"));
    match schema.shape {
        Shape::Unit => is(is_unit(json, from, schema.name == "PhantomData")),
        Shape::Bool => is(json.is_boolean()),
        // serde's buffers do not support 128-bit integers.
        Shape::Int(kind) | Shape::NonZero(kind) if is_128(kind) && from != Source::Text => is(false),
        Shape::Int(kind) => is(integer(kind, json).is_some()),
        Shape::NonZero(kind) => is(integer(kind, json).is_some_and(|value| value != 0)),
        // Read from a buffer, an `f32` may be infinite.
        Shape::Float(FloatKind::F32) if from == Source::Text => {
            #[expect(clippy::cast_possible_truncation, reason = "checks the truncated value")]
            let is_finite = |float: f64| (float as f32).is_finite();
            is(json.as_f64().is_some_and(is_finite))
        }
        Shape::Float(_) => is(json.is_number()),
        Shape::Char => is(json.as_str().is_some_and(is_one_char)),
        Shape::String => is(json.is_string()),
        Shape::Formatted(format) => is(json.as_str().is_some_and(format.accepts)),
        Shape::Json => Ok(()),
        Shape::Option(_) if json.is_null() => Ok(()),
        Shape::Option(inner) => value(inner.get(), json, from),
        Shape::List(item) | Shape::Set(item) => {
            let items = list(schema, json)?;
            items.iter().enumerate().try_for_each(|(i, json)| value(item.get(), json, from).under(i))
        }
        Shape::Array { item, len } => {
            let items = list(schema, json)?;
            ensure(items.len() == len, || format!("has {} items instead of {len}", items.len()))?;
            items.iter().enumerate().try_for_each(|(i, json)| value(item.get(), json, from).under(i))
        }
        Shape::Tuple(types) => {
            let items = list(schema, json)?;
            ensure(items.len() == types.len(), || {
                format!("has {} items instead of {}", items.len(), types.len())
            })?;
            let mut pairs = types.iter().zip(items).enumerate();
            pairs.try_for_each(|(i, (ty, json))| value(ty.get(), json, from).under(i))
        }
        Shape::Map { key, value: item } => {
            let Value::Object(members) = json else { return is(false) };
            members.iter().try_for_each(|(name, json)| {
                readable_key(key.get(), name, from)?;
                value(item.get(), json, from).under(name)
            })
        }
        Shape::Struct(fields) => {
            structure(schema, &fields, json, from)?;
            match json {
                _ if !is_time(schema) => Ok(()),
                Value::Array(items) => readable_time(schema, &items[0], &items[1]),
                json => {
                    let [secs, nanos] = [0, 1].map(|i| &json[fields.all()[i].name]);
                    readable_time(schema, secs, nanos)
                }
            }
        }
        Shape::Enum(all) => enumeration(schema, &all, json, from),
        _ => Err(Misfit::new(format!("has an unsupported shape: {:?}", schema.shape))),
    }
}

fn list<'a>(schema: &TypeSchema, json: &'a Value) -> Verdict<&'a Vec<Value>> {
    json.as_array().ok_or_else(|| Misfit::new(format!("is not of type {schema}, which is a list")))
}

/// Returns whether JSON is read as a unit. After an internal tag has been removed, an empty object
/// is a unit; for unit structs, such as `PhantomData`, an empty list is too.
fn is_unit(json: &Value, from: Source, of_struct: bool) -> bool {
    let empty = match json {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => of_struct && items.is_empty(),
        _ => false,
    };
    json.is_null() || from == Source::Owned && empty
}

/// Returns whether a field of this type may be missing without a default.
fn is_nothing_when_missing(schema: &TypeSchema) -> bool {
    match schema.shape {
        Shape::Option(_) => true,
        Shape::Struct(Fields::Newtype { field, transparent: true }) => {
            is_nothing_when_missing(field.ty.get())
        }
        _ => false,
    }
}

fn structure(schema: &TypeSchema, fields: &Fields, json: &Value, from: Source) -> Verdict {
    match fields {
        Fields::Unit => {
            ensure(is_unit(json, from, true), || format!("is not of type {schema}, which is null"))
        }
        Fields::Newtype { field, .. } => value(field.ty.get(), json, from),
        Fields::Tuple(fields) => sequence(fields, list(schema, json)?, from),
        Fields::Named { fields, deny_unknown } => match json {
            Value::Object(all) => members(fields, *deny_unknown, &entries(all), from),
            Value::Array(items) if !has_flattened(fields) => sequence(fields, items, from),
            _ => Err(Misfit::new(format!("is not of type {schema}, which is an object"))),
        },
    }
}

pub(super) fn has_flattened(fields: &[Field]) -> bool {
    fields.iter().any(|field| field.flatten)
}

/// Members in reading order.
pub(super) type Entries<'a> = Vec<(&'a str, &'a Value)>;

fn entries(members: &Map<String, Value>) -> Entries<'_> {
    members.iter().map(|(name, json)| (name.as_str(), json)).collect()
}

/// Checks a list of fields. The last may be missing if they have defaults; being an `Option` is not
/// enough.
fn sequence(fields: &[Field], items: &[Value], from: Source) -> Verdict {
    ensure(items.len() <= fields.len(), || format!("has {} items instead of {}", items.len(), fields.len()))?;
    fields.iter().enumerate().try_for_each(|(i, field)| match items.get(i) {
        Some(json) => value(field.ty.get(), json, from).under(i),
        None => ensure(field.default, || format!("has no item {i}")),
    })
}

/// Returns the index of the field that a member is read as.
pub(super) fn field_named(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| !field.flatten && (field.name == name || field.aliases.contains(&name)))
}

/// The fields that have been read.
pub(super) struct Seen<'a> {
    fields: &'a [Field],
    seen: Vec<bool>,
}

impl<'a> Seen<'a> {
    pub(super) fn none(fields: &'a [Field]) -> Self {
        Self { fields, seen: vec![false; fields.len()] }
    }

    /// Reads a member as a field. A field may occur once, by any of its names.
    pub(super) fn read(&mut self, index: usize, name: &str, json: &Value, from: Source) -> Verdict {
        let twice = std::mem::replace(&mut self.seen[index], true);
        ensure(!twice, || format!("has the field {:?} twice", self.fields[index].name))?;
        value(self.fields[index].ty.get(), json, from).under(name)
    }

    /// Checks that all required fields have been read.
    pub(super) fn end(&self) -> Verdict {
        let missing = |(field, seen): &(&Field, &bool)| !**seen && !field.flatten && !field.is_optional();
        match self.fields.iter().zip(&self.seen).find(missing) {
            Some((field, _)) => Err(Misfit::new(format!("has no member {:?}", field.name))),
            None => Ok(()),
        }
    }
}

/// Checks the members of an object against fields.
pub(super) fn members(fields: &[Field], deny_unknown: bool, all: &Entries<'_>, from: Source) -> Verdict {
    let collects = has_flattened(fields);
    let mut seen = Seen::none(fields);
    let mut left: Vec<Option<(&str, &Value)>> = Vec::new();
    for (name, json) in all {
        match field_named(fields, name) {
            Some(index) => seen.read(index, name, json, from)?,
            None if collects => left.push(Some((name, json))),
            None => ensure(!deny_unknown, || format!("has the unknown member {name:?}"))?,
        }
    }
    seen.end()?;
    for field in fields.iter().filter(|field| field.flatten) {
        flat::read(field.ty.get(), &mut left)?;
    }
    match left.into_iter().flatten().next().filter(|_| collects && deny_unknown) {
        Some((name, _)) => Err(Misfit::new(format!("has the unknown member {name:?}"))),
        None => Ok(()),
    }
}

fn enumeration(schema: &TypeSchema, all: &Enum, json: &Value, from: Source) -> Verdict {
    // serde requires untagged variants to come last.
    let first_untagged = all.variants.iter().position(|variant| variant.untagged);
    let (tagged_ones, others) = all.variants.split_at(first_untagged.unwrap_or(all.variants.len()));
    match all.tagging {
        Tagging::Untagged => untagged(schema, all.variants, json),
        // If one variant is untagged, all variants are read from a buffer.
        tagging if !others.is_empty() => tagged(schema, tagging, tagged_ones, json, Source::Borrowed)
            .or_else(|_| untagged(schema, others, json)),
        tagging => tagged(schema, tagging, tagged_ones, json, from),
    }
}

fn tagged(
    schema: &TypeSchema,
    tagging: Tagging,
    variants: &[Variant],
    json: &Value,
    from: Source,
) -> Verdict {
    match tagging {
        Tagging::External => external(schema, variants, json, from),
        Tagging::Internal { tag } => internal(schema, variants, tag, json, from),
        Tagging::Adjacent { tag, content, deny_unknown } => match json {
            Value::Object(all) => {
                adjacent(schema, variants, (tag, content, deny_unknown), &entries(all), from)
            }
            Value::Array(items) => {
                let [tag, content] = items.as_slice() else {
                    return Err(Misfit::new(format!("has {} items instead of 2", items.len())));
                };
                let variant = variant(schema, variants, tag, from).under(0)?;
                bare_content(schema, variant, content, from).under(1)
            }
            _ => Err(Misfit::new(format!("is not of type {schema}, which is an object"))),
        },
        Tagging::Untagged => untagged(schema, variants, json),
    }
}

/// Returns the variant that a tag names. In a buffer a tag may also be the variant's index.
fn variant<'a>(
    schema: &TypeSchema,
    variants: &'a [Variant],
    tag: &Value,
    from: Source,
) -> Verdict<&'a Variant> {
    let found = match tag {
        Value::String(name) => variant_named(variants, name),
        Value::Number(number) if from != Source::Text => number.as_u64().and_then(|index| {
            let at = usize::try_from(index).ok().and_then(|index| variants.get(index));
            at.or_else(|| variants.iter().find(|variant| variant.other))
        }),
        _ => None,
    };
    found.ok_or_else(|| Misfit::new(format!("does not name a variant of {schema}")))
}

fn external(schema: &TypeSchema, variants: &[Variant], json: &Value, from: Source) -> Verdict {
    match json {
        Value::String(_) => {
            let variant = variant(schema, variants, json, from)?;
            ensure(matches!(variant.fields, Fields::Unit), || {
                format!("lacks the content of {:?}", variant.name)
            })
        }
        Value::Object(members) => {
            let mut members = members.iter();
            let (Some((name, json)), None) = (members.next(), members.next()) else {
                return Err(Misfit::new("does not have exactly one member"));
            };
            let variant = variant_named(variants, name)
                .ok_or_else(|| Misfit::new(format!("does not name a variant of {schema}")))?;
            external_content(schema, variant, json, from).under(name)
        }
        _ => Err(Misfit::new(format!("is not of type {schema}"))),
    }
}

pub(super) fn external_content(
    schema: &TypeSchema,
    variant: &Variant,
    json: &Value,
    from: Source,
) -> Verdict {
    match variant.fields {
        Fields::Unit => ensure(is_unit(json, from, false), || "is not null".to_owned()),
        fields => structure(schema, &fields, json, from),
    }
}

/// Checks the content of a variant that is read on its own: only an object for named fields, only
/// `null` for a unit.
fn bare_content(schema: &TypeSchema, variant: &Variant, json: &Value, from: Source) -> Verdict {
    match variant.fields {
        Fields::Unit => ensure(json.is_null(), || "is not null".to_owned()),
        Fields::Named { .. } if !json.is_object() => Err(Misfit::new("is not an object")),
        fields => structure(schema, &fields, json, from),
    }
}

pub(super) fn internal(
    schema: &TypeSchema,
    variants: &[Variant],
    tag: &str,
    json: &Value,
    from: Source,
) -> Verdict {
    let mut rest = json.clone();
    let taken = match &mut rest {
        Value::Object(members) => members.remove(tag),
        Value::Array(items) if !items.is_empty() => Some(items.remove(0)),
        _ => None,
    };
    let taken = taken.ok_or_else(|| Misfit::new(format!("has no tag {tag:?}")))?;
    let variant = variant(schema, variants, &taken, from).under(tag)?;
    match variant.fields {
        // Other members are ignored, even with `deny_unknown_fields`.
        Fields::Unit => ensure(rest.as_array().is_none_or(Vec::is_empty), || "has too many items".to_owned()),
        fields => structure(schema, &fields, &rest, Source::Owned),
    }
}

/// Checks the members of an adjacently tagged enum. Content before the tag is read from a buffer.
pub(super) fn adjacent(
    schema: &TypeSchema,
    variants: &[Variant],
    (tag_name, content_name, deny_unknown): (&str, &str, bool),
    all: &Entries<'_>,
    from: Source,
) -> Verdict {
    let place = |wanted: &str| all.iter().position(|(name, _)| *name == wanted);
    let (tag, content) = (place(tag_name), place(content_name));
    let unknown = all.iter().find(|(name, _)| *name != tag_name && *name != content_name);
    if let Some((name, _)) = unknown.filter(|_| deny_unknown) {
        return Err(Misfit::new(format!("has the unknown member {name:?}")));
    }
    let at = tag.ok_or_else(|| Misfit::new(format!("has no tag {tag_name:?}")))?;
    let variant = match all[at].1 {
        // The tag is read as an enum of unit variants, which may also be an object with one member.
        Value::Object(form) if form.len() == 1 && form.values().all(|json| is_unit(json, from, false)) => {
            let name = form.keys().next().map_or("", String::as_str);
            variant_named(variants, name)
                .ok_or_else(|| Misfit::new(format!("does not name a variant of {schema}")))
        }
        tag @ Value::String(_) => variant(schema, variants, tag, from),
        _ => Err(Misfit::new(format!("does not name a variant of {schema}"))),
    }
    .under(tag_name)?;
    match content {
        Some(before) => {
            let from = if before < at { Source::Owned } else { from };
            bare_content(schema, variant, all[before].1, from).under(content_name)
        }
        None => match variant.fields {
            Fields::Unit => Ok(()),
            Fields::Newtype { field, .. } if is_nothing_when_missing(field.ty.get()) => Ok(()),
            _ => Err(Misfit::new(format!("has no member {content_name:?}"))),
        },
    }
}

pub(super) fn untagged(schema: &TypeSchema, variants: &[Variant], json: &Value) -> Verdict {
    let fits = |variant: &Variant| bare_content(schema, variant, json, Source::Borrowed).is_ok();
    ensure(variants.iter().any(fits), || format!("fits no variant of {schema}"))
}
