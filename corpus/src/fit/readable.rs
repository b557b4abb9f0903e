//! What `serde_json::from_str` reads. Source: the code of `serde_derive`'s `de` and of `serde::private::de`.

use super::flat;
use super::scalar::{
    Source, integer, is_128, is_one_char, is_time, readable_key, readable_time, variant_named,
};
use super::{Misfit, Under, Verdict, ensure};
use kv_core::schema::ty::{Enum, Field, Fields, FloatKind, Shape, Tagging, TypeSchema, Variant};
use serde_json::{Map, Value};

/// Whether `serde_json` reads JSON as a value of the type, when it stands in text as `Value` writes it: members sorted
/// by their names.
///
/// # Errors
///
/// The first place at which it does not.
///
/// ```
/// use kv_core::KvField;
/// use kv_corpus::fit::readable;
///
/// let misfit = readable(<Vec<u8>>::schema(), &serde_json::json!([1, 256])).unwrap_err();
/// assert_eq!(misfit.to_string(), "/1 is no u8");
/// ```
pub fn readable(schema: &TypeSchema, json: &Value) -> Result<(), Misfit> {
    value(schema, json, Source::Text)
}

pub(super) fn value(schema: &TypeSchema, json: &Value, from: Source) -> Verdict {
    let is = |fits: bool| ensure(fits, || format!("is no {schema}"));
    match schema.shape {
        Shape::Unit => is(is_unit(json, from, schema.name == "PhantomData")),
        Shape::Bool => is(json.is_boolean()),
        // serde's buffers know no integers of 128 bits.
        Shape::Int(kind) | Shape::NonZero(kind) if is_128(kind) && from != Source::Text => is(false),
        Shape::Int(kind) => is(integer(kind, json).is_some()),
        Shape::NonZero(kind) => is(integer(kind, json).is_some_and(|value| value != 0)),
        // From a buffer, a float of half the size may be infinite.
        Shape::Float(FloatKind::F32) if from == Source::Text => {
            #[expect(clippy::cast_possible_truncation, reason = "that is what it is about")]
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
        _ => Err(Misfit::new(format!("is of a shape unknown here: {:?}", schema.shape))),
    }
}

fn list<'a>(schema: &TypeSchema, json: &'a Value) -> Verdict<&'a Vec<Value>> {
    json.as_array().ok_or_else(|| Misfit::new(format!("is no {schema}, which is a list")))
}

/// Whether it is read as nothing. Behind a tag, all members but it having been taken, nothing is an empty object; for a
/// unit struct, of which `PhantomData` is one, an empty list too.
fn is_unit(json: &Value, from: Source, of_struct: bool) -> bool {
    let empty = match json {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => of_struct && items.is_empty(),
        _ => false,
    };
    json.is_null() || from == Source::Owned && empty
}

/// Whether a reader does without it, though it has no default.
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
        Fields::Unit => ensure(is_unit(json, from, true), || format!("is no {schema}, which is null")),
        Fields::Newtype { field, .. } => value(field.ty.get(), json, from),
        Fields::Tuple(fields) => sequence(fields, list(schema, json)?, from),
        Fields::Named { fields, deny_unknown } => match json {
            Value::Object(all) => members(fields, *deny_unknown, &entries(all), from),
            Value::Array(items) if !has_flattened(fields) => sequence(fields, items, from),
            _ => Err(Misfit::new(format!("is no {schema}, which is an object"))),
        },
    }
}

pub(super) fn has_flattened(fields: &[Field]) -> bool {
    fields.iter().any(|field| field.flatten)
}

/// Members in the order in which they are read.
pub(super) type Entries<'a> = Vec<(&'a str, &'a Value)>;

fn entries(members: &Map<String, Value>) -> Entries<'_> {
    members.iter().map(|(name, json)| (name.as_str(), json)).collect()
}

/// A list for fields: those at its end may be missing if they have defaults. What only is an `Option` may not.
fn sequence(fields: &[Field], items: &[Value], from: Source) -> Verdict {
    ensure(items.len() <= fields.len(), || format!("has {} items instead of {}", items.len(), fields.len()))?;
    fields.iter().enumerate().try_for_each(|(i, field)| match items.get(i) {
        Some(json) => value(field.ty.get(), json, from).under(i),
        None => ensure(field.default, || format!("has no item {i}")),
    })
}

/// The field that a member is read as.
pub(super) fn field_named(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| !field.flatten && (field.name == name || field.aliases.contains(&name)))
}

/// Which fields have been read.
pub(super) struct Seen<'a> {
    fields: &'a [Field],
    seen: Vec<bool>,
}

impl<'a> Seen<'a> {
    pub(super) fn none(fields: &'a [Field]) -> Self {
        Self { fields, seen: vec![false; fields.len()] }
    }

    /// Reads a member as a field: at most one for each, whichever of its names it goes by.
    pub(super) fn read(&mut self, index: usize, name: &str, json: &Value, from: Source) -> Verdict {
        let twice = std::mem::replace(&mut self.seen[index], true);
        ensure(!twice, || format!("has the field {:?} twice", self.fields[index].name))?;
        value(self.fields[index].ty.get(), json, from).under(name)
    }

    /// Asks for the fields that nobody does without.
    pub(super) fn end(&self) -> Verdict {
        let missing = |(field, seen): &(&Field, &bool)| !**seen && !field.flatten && !field.is_optional();
        match self.fields.iter().zip(&self.seen).find(missing) {
            Some((field, _)) => Err(Misfit::new(format!("has no member {:?}", field.name))),
            None => Ok(()),
        }
    }
}

/// The members of an object for fields.
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
    // serde wants those without a tag behind all others.
    let first_untagged = all.variants.iter().position(|variant| variant.untagged);
    let (tagged_ones, others) = all.variants.split_at(first_untagged.unwrap_or(all.variants.len()));
    match all.tagging {
        Tagging::Untagged => untagged(schema, all.variants, json),
        // With a single one without a tag, all are read from the same buffer.
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
            _ => Err(Misfit::new(format!("is no {schema}, which is an object"))),
        },
        Tagging::Untagged => untagged(schema, variants, json),
    }
}

/// The variant that a tag names. From a buffer, it may do so by its position.
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
    found.ok_or_else(|| Misfit::new(format!("names no variant of {schema}")))
}

fn external(schema: &TypeSchema, variants: &[Variant], json: &Value, from: Source) -> Verdict {
    match json {
        Value::String(_) => {
            let variant = variant(schema, variants, json, from)?;
            ensure(matches!(variant.fields, Fields::Unit), || format!("lacks what {:?} holds", variant.name))
        }
        Value::Object(members) => {
            let mut members = members.iter();
            let (Some((name, json)), None) = (members.next(), members.next()) else {
                return Err(Misfit::new("has not exactly one member"));
            };
            let variant = variant_named(variants, name)
                .ok_or_else(|| Misfit::new(format!("names no variant of {schema}")))?;
            external_content(schema, variant, json, from).under(name)
        }
        _ => Err(Misfit::new(format!("is no {schema}"))),
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

/// What stands for a variant where it stands alone: only an object for named fields, only `null` for none.
fn bare_content(schema: &TypeSchema, variant: &Variant, json: &Value, from: Source) -> Verdict {
    match variant.fields {
        Fields::Unit => ensure(json.is_null(), || "is not null".to_owned()),
        Fields::Named { .. } if !json.is_object() => Err(Misfit::new("is no object")),
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
        // Whatever other members there are, even where others deny them.
        Fields::Unit => ensure(rest.as_array().is_none_or(Vec::is_empty), || "has items too many".to_owned()),
        fields => structure(schema, &fields, &rest, Source::Owned),
    }
}

/// The members of an adjacently tagged enum. What stands before the tag is read from a buffer.
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
        // The tag is read as an enum of unit variants, which has a second form.
        Value::Object(form) if form.len() == 1 && form.values().all(|json| is_unit(json, from, false)) => {
            let name = form.keys().next().map_or("", String::as_str);
            variant_named(variants, name).ok_or_else(|| Misfit::new(format!("names no variant of {schema}")))
        }
        tag @ Value::String(_) => variant(schema, variants, tag, from),
        _ => Err(Misfit::new(format!("names no variant of {schema}"))),
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
