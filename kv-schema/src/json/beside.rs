//! Which types leave room for a `ttl` beside their members.

use crate::ty::{Fields, Shape, Tagging, TypeSchema};
use std::any::TypeId;

/// Whether a member `ttl` can stand beside a value's own members: the type is a struct with named fields, or a newtype
/// of one, without open keys, and knows no member of that name. Its flattened fields count as its own.
///
/// ```
/// use kv_schema::KvField;
/// use kv_schema::json::takes_ttl;
///
/// assert!(takes_ttl(std::time::Duration::schema()));      // {"secs":1,"nanos":0,"ttl":1000}
/// assert!(!takes_ttl(std::collections::BTreeMap::<String, u8>::schema()));
/// ```
pub fn takes_ttl(schema: &'static TypeSchema) -> bool {
    let mut seen = Vec::new();
    let mut content = schema;
    while let Shape::Struct(Fields::Newtype { field, .. }) = content.shape {
        if seen.contains(&content.id) {
            return false;
        }
        seen.push(content.id);
        content = field.ty.get();
    }
    matches!(content.shape, Shape::Struct(Fields::Named { .. })) && leaves_room(content, &mut seen)
}

/// Whether it has no open keys among its members and none that is called `ttl`.
fn leaves_room(schema: &'static TypeSchema, seen: &mut Vec<TypeId>) -> bool {
    if seen.contains(&schema.id) {
        return true;
    }
    seen.push(schema.id);
    match schema.shape {
        Shape::Option(inner) => leaves_room(inner.get(), seen),
        Shape::Unit => true,
        Shape::Struct(fields) => members_leave_room(&fields, seen),
        Shape::Enum(all) => {
            let tags_do = match all.tagging {
                Tagging::Internal { tag } => tag != "ttl",
                Tagging::Adjacent { tag, content, .. } => tag != "ttl" && content != "ttl",
                Tagging::External | Tagging::Untagged => true,
            };
            tags_do
                && all.variants.iter().all(|variant| match all.tagging {
                    Tagging::External if !variant.untagged => {
                        variant.name != "ttl" && !variant.aliases.contains(&"ttl")
                    }
                    Tagging::Adjacent { .. } if !variant.untagged => true,
                    _ => members_leave_room(&variant.fields, seen),
                })
        }
        _ => false,
    }
}

fn members_leave_room(fields: &Fields, seen: &mut Vec<TypeId>) -> bool {
    match fields {
        Fields::Unit => true,
        Fields::Newtype { field, .. } => leaves_room(field.ty.get(), seen),
        Fields::Tuple(_) => false,
        Fields::Named { fields, .. } => fields.iter().all(|field| {
            if field.flatten {
                leaves_room(field.ty.get(), seen)
            } else {
                field.name != "ttl" && !field.aliases.contains(&"ttl")
            }
        }),
    }
}
