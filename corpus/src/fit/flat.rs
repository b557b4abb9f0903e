//! Reads a flattened field from the members of its parent that match no other field. Source:
//! `FlatMapDeserializer` in `serde::private::de`.
//!
//! Structs without flattened fields of their own, and externally and adjacently tagged enums, take
//! the members that they read; all other types leave them for the next flattened field.

use super::readable::{
    Entries, Seen, adjacent, external_content, field_named, has_flattened, internal, members, value,
};
use super::scalar::{Source, readable_key};
use super::{Misfit, Under, Verdict, ensure};
use kv_core::schema::ty::{Enum, Field, Fields, Shape, Tagging, TypeSchema};
use serde_json::Value;

/// The members that no field has taken yet.
type Left<'a> = Vec<Option<(&'a str, &'a Value)>>;

pub(super) fn read(schema: &TypeSchema, left: &mut Left<'_>) -> Verdict {
    match schema.shape {
        // An error inside is read as `None`.
        Shape::Option(inner) => {
            let _ = read(inner.get(), left);
            Ok(())
        }
        Shape::Unit | Shape::Json | Shape::Struct(Fields::Unit) => Ok(()),
        Shape::Map { key, value: item } => still(left).into_iter().try_for_each(|(name, json)| {
            readable_key(key.get(), name, Source::Borrowed)?;
            value(item.get(), json, Source::Borrowed).under(name)
        }),
        Shape::Struct(Fields::Newtype { field, .. }) => read(field.ty.get(), left),
        Shape::Struct(Fields::Named { fields, deny_unknown }) if has_flattened(fields) => {
            members(fields, deny_unknown, &still(left), Source::Borrowed)
        }
        Shape::Struct(Fields::Named { fields, .. }) => structure(fields, left),
        Shape::Enum(all) => enumeration(schema, &all, left),
        _ => Err(Misfit::new(format!("cannot be flattened into {schema}"))),
    }
}

fn still<'a>(left: &Left<'a>) -> Entries<'a> {
    left.iter().flatten().copied().collect()
}

/// Takes members in order, up to the first that does not fit.
fn structure(fields: &[Field], left: &mut Left<'_>) -> Verdict {
    let mut seen = Seen::none(fields);
    for slot in left {
        if let Some(index) = slot.and_then(|(name, _)| field_named(fields, name))
            && let Some((name, json)) = slot.take()
        {
            seen.read(index, name, json, Source::Owned)?;
        }
    }
    seen.end()
}

fn enumeration(schema: &TypeSchema, all: &Enum, left: &mut Left<'_>) -> Verdict {
    let variants = all.variants;
    if matches!(all.tagging, Tagging::Untagged) || variants.iter().any(|variant| variant.untagged) {
        return value(schema, &object(&still(left)), Source::Borrowed);
    }
    match all.tagging {
        Tagging::External => {
            // An unknown name does not select `#[serde(other)]`: it may belong to another field.
            let known = |name: &str| variants.iter().find(|v| v.name == name || v.aliases.contains(&name));
            let slot = left.iter_mut().find(|slot| slot.is_some_and(|(name, _)| known(name).is_some()));
            let Some((name, json)) = slot.and_then(Option::take) else {
                return Err(Misfit::new(format!("has no member that names a variant of {schema}")));
            };
            known(name)
                .map_or(Ok(()), |variant| external_content(schema, variant, json, Source::Owned).under(name))
        }
        Tagging::Internal { tag } => internal(schema, variants, tag, &object(&still(left)), Source::Borrowed),
        Tagging::Adjacent { tag, content, .. } => {
            let own = |slot: &&mut Option<(&str, &Value)>| {
                slot.is_some_and(|(name, _)| name == tag || name == content)
            };
            let taken: Entries<'_> = left.iter_mut().filter(own).filter_map(Option::take).collect();
            // Other members belong to other fields.
            adjacent(schema, variants, (tag, content, false), &taken, Source::Owned)
        }
        Tagging::Untagged => ensure(false, || "is untagged".to_owned()),
    }
}

fn object(entries: &Entries<'_>) -> Value {
    Value::Object(entries.iter().map(|(name, json)| ((*name).to_owned(), (*json).clone())).collect())
}
