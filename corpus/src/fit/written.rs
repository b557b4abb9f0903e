//! JSON that `serde_json::to_string` writes.

use super::scalar::{integer, is_one_char, is_time, written_float, written_key};
use super::{Misfit, Under, Verdict, ensure};
use kv_core::schema::ty::{Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};
use serde_json::Value;
use std::collections::BTreeMap;

/// Checks that `serde_json` writes JSON in this form for some value of the type.
///
/// # Errors
///
/// Returns the first misfit.
///
/// ```
/// use kv_core::KvField;
/// use kv_corpus::fit::written;
///
/// assert!(written(<Option<f64>>::schema(), &serde_json::json!(1.0)).is_ok());
/// assert!(written(<Option<f64>>::schema(), &serde_json::json!(1)).is_err());
/// ```
pub fn written(schema: &TypeSchema, json: &Value) -> Result<(), Misfit> {
    let is = |fits: bool| ensure(fits, || format!("is not written for a {schema}"));
    match schema.shape {
        Shape::Unit => is(json.is_null()),
        Shape::Bool => is(json.is_boolean()),
        Shape::Int(kind) => is(integer(kind, json).is_some()),
        Shape::NonZero(kind) => is(integer(kind, json).is_some_and(|value| value != 0)),
        Shape::Float(kind) => is(written_float(kind, json)),
        Shape::Char => is(json.as_str().is_some_and(is_one_char)),
        Shape::String => is(json.is_string()),
        Shape::Formatted(format) => is(json.as_str().is_some_and(format.accepts)),
        Shape::Json => Ok(()),
        Shape::Option(_) if json.is_null() => Ok(()),
        Shape::Option(inner) => written(inner.get(), json),
        Shape::List(item) => items(schema, json, None, |_| item.get()),
        Shape::Set(item) => {
            items(schema, json, None, |_| item.get())?;
            let all = json.as_array().map_or(&[][..], Vec::as_slice);
            let twice = (1..all.len()).find(|at| all[..*at].contains(&all[*at]));
            ensure(twice.is_none(), || format!("has the item {} twice", twice.unwrap_or_default()))
        }
        Shape::Array { item, len } => items(schema, json, Some(len), |_| item.get()),
        Shape::Tuple(types) => items(schema, json, Some(types.len()), |at| types[at].get()),
        Shape::Map { key, value } => {
            let Value::Object(members) = json else { return is(false) };
            members.iter().try_for_each(|(name, json)| {
                written_key(key.get(), name)?;
                written(value.get(), json).under(name)
            })
        }
        Shape::Struct(fields) => {
            structure(schema, &fields, json)?;
            let nanos = fields.all().get(1).filter(|_| is_time(schema)).map(|nanos| &json[nanos.name]);
            is(nanos.and_then(Value::as_u64).is_none_or(|nanos| nanos < 1_000_000_000))
        }
        Shape::Enum(all) => enumeration(schema, &all, json),
        _ => Err(Misfit::new(format!("has an unsupported shape: {:?}", schema.shape))),
    }
}

fn items(
    schema: &TypeSchema,
    json: &Value,
    len: Option<usize>,
    ty: impl Fn(usize) -> &'static TypeSchema,
) -> Verdict {
    let Value::Array(items) = json else { return Err(Misfit::new(format!("is not written for a {schema}"))) };
    ensure(len.is_none_or(|len| len == items.len()), || format!("is written with {len:?} items"))?;
    items.iter().enumerate().try_for_each(|(at, json)| written(ty(at), json).under(at))
}

fn structure(schema: &TypeSchema, fields: &Fields, json: &Value) -> Verdict {
    match fields {
        Fields::Unit => ensure(json.is_null(), || format!("is not written for a {schema}")),
        Fields::Newtype { field, .. } => written(field.ty.get(), json),
        Fields::Tuple(fields) => items(schema, json, Some(fields.len()), |at| fields[at].ty.get()),
        Fields::Named { fields, .. } => nothing_left(take(fields, members(schema, json)?)?),
    }
}

/// Members that no field has taken yet.
type Members<'a> = BTreeMap<&'a str, &'a Value>;

/// The members that may be left after a part has taken its own. There are several candidates if it
/// is unknown which form was written, as for a flattened `Option`.
type Leftovers<'a> = Vec<Members<'a>>;

fn members<'a>(schema: &TypeSchema, json: &'a Value) -> Verdict<Members<'a>> {
    let Value::Object(members) = json else {
        return Err(Misfit::new(format!("is not written for a {schema}, which is an object")));
    };
    Ok(members.iter().map(|(name, json)| (name.as_str(), json)).collect())
}

fn nothing_left(leftovers: Leftovers<'_>) -> Verdict {
    let least = leftovers.into_iter().min_by_key(Members::len).unwrap_or_default();
    match least.keys().next() {
        Some(name) => Err(Misfit::new(format!("has the member {name:?}, which is never written"))),
        None => Ok(()),
    }
}

/// Takes the members of named fields.
fn take<'a>(fields: &[Field], mut members: Members<'a>) -> Verdict<Leftovers<'a>> {
    for field in fields.iter().filter(|field| !field.flatten) {
        match members.remove(field.name) {
            Some(json) => written(field.ty.get(), json).under(field.name)?,
            None => ensure(field.may_be_left_out, || format!("has no member {:?}", field.name))?,
        }
    }
    // Maps take all members, so they come last.
    let (open, closed): (Vec<&Field>, Vec<&Field>) =
        fields.iter().filter(|field| field.flatten).partition(|field| is_open(field.ty.get()));
    let mut leftovers = vec![members];
    for field in closed.into_iter().chain(open) {
        leftovers = any(leftovers.into_iter().map(|members| {
            let without = field.may_be_left_out.then(|| members.clone());
            let with = take_flat(field.ty.get(), members);
            if without.is_some() {
                Ok(with.unwrap_or_default().into_iter().chain(without).collect())
            } else {
                with
            }
        }))?;
    }
    Ok(leftovers)
}

/// Collects the candidates of several alternatives, or returns the first misfit if all fail.
fn any<'a>(answers: impl Iterator<Item = Verdict<Leftovers<'a>>>) -> Verdict<Leftovers<'a>> {
    let (mut leftovers, mut first) = (Vec::new(), None);
    for answer in answers {
        match answer {
            Ok(more) => leftovers.extend(more),
            Err(misfit) => first = first.or(Some(misfit)),
        }
    }
    match first {
        Some(misfit) if leftovers.is_empty() => Err(misfit),
        _ => Ok(leftovers),
    }
}

/// Returns whether a type takes members of any name.
fn is_open(schema: &TypeSchema) -> bool {
    match schema.shape {
        Shape::Map { .. } | Shape::Json => true,
        Shape::Option(inner) => is_open(inner.get()),
        Shape::Struct(Fields::Newtype { field, .. }) => is_open(field.ty.get()),
        Shape::Struct(Fields::Named { fields, .. }) => {
            fields.iter().any(|field| field.flatten && is_open(field.ty.get()))
        }
        _ => false,
    }
}

/// Takes the members of a part that is flattened into its parent, or written next to an internal
/// tag.
fn take_flat<'a>(schema: &TypeSchema, members: Members<'a>) -> Verdict<Leftovers<'a>> {
    match schema.shape {
        Shape::Unit => Ok(vec![members]),
        Shape::Option(inner) => {
            let some = take_flat(inner.get(), members.clone()).unwrap_or_default();
            Ok(some.into_iter().chain([members]).collect())
        }
        Shape::Json => Ok(vec![Members::new()]),
        Shape::Map { key, value } => {
            for (name, json) in members {
                written_key(key.get(), name)?;
                written(value.get(), json).under(name)?;
            }
            Ok(vec![Members::new()])
        }
        Shape::Struct(fields) => take_fields(schema, &fields, members),
        Shape::Enum(all) => {
            any(all.variants.iter().map(|variant| take_variant(schema, &all, variant, members.clone())))
        }
        _ => Err(Misfit::new(format!("cannot be flattened into {schema}"))),
    }
}

fn take_fields<'a>(schema: &TypeSchema, fields: &Fields, members: Members<'a>) -> Verdict<Leftovers<'a>> {
    match fields {
        Fields::Unit => Ok(vec![members]),
        Fields::Newtype { field, .. } => take_flat(field.ty.get(), members),
        Fields::Named { fields, .. } => take(fields, members),
        Fields::Tuple(_) => Err(Misfit::new(format!("cannot be flattened from {schema}"))),
    }
}

fn take_variant<'a>(
    schema: &TypeSchema,
    all: &Enum,
    variant: &Variant,
    mut members: Members<'a>,
) -> Verdict<Leftovers<'a>> {
    match all.tagging {
        _ if variant.untagged => take_fields(schema, &variant.fields, members),
        Tagging::Untagged => take_fields(schema, &variant.fields, members),
        Tagging::External => {
            let content = members.remove(variant.name);
            let content = content.ok_or_else(|| Misfit::new(format!("has no member {:?}", variant.name)))?;
            structure(schema, &variant.fields, content).under(variant.name)?;
            Ok(vec![members])
        }
        Tagging::Internal { tag } => {
            take_tag(variant, tag, &mut members)?;
            take_fields(schema, &variant.fields, members)
        }
        Tagging::Adjacent { tag, content, .. } => {
            take_tag(variant, tag, &mut members)?;
            if !matches!(variant.fields, Fields::Unit) {
                let json = members.remove(content);
                let json = json.ok_or_else(|| Misfit::new(format!("has no member {content:?}")))?;
                structure(schema, &variant.fields, json).under(content)?;
            }
            Ok(vec![members])
        }
    }
}

fn take_tag(variant: &Variant, tag: &str, members: &mut Members<'_>) -> Verdict {
    let is_it = members.remove(tag).is_some_and(|json| json == variant.name);
    ensure(is_it, || format!("does not have the tag {tag:?} with {:?}", variant.name))
}

fn enumeration(schema: &TypeSchema, all: &Enum, json: &Value) -> Verdict {
    let mut first = None;
    for variant in all.variants {
        match alone(schema, all, variant, json) {
            Ok(()) => return Ok(()),
            Err(misfit) => first = first.or(Some(misfit)),
        }
    }
    // With a single variant, its misfit is more specific.
    match first {
        Some(misfit) if all.variants.len() == 1 => Err(misfit),
        _ => Err(Misfit::new(format!("is not written for any variant of {schema}"))),
    }
}

/// Checks a variant that is not flattened.
fn alone(schema: &TypeSchema, all: &Enum, variant: &Variant, json: &Value) -> Verdict {
    match (all.tagging, variant.fields) {
        (Tagging::Untagged, fields) => structure(schema, &fields, json),
        (_, fields) if variant.untagged => structure(schema, &fields, json),
        (Tagging::External, Fields::Unit) => {
            ensure(json == variant.name, || format!("is not {:?}", variant.name))
        }
        _ => nothing_left(take_variant(schema, all, variant, members(schema, json)?)?),
    }
}
