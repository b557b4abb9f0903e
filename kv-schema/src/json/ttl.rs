//! Types whose JSON can have a member `ttl` in addition to its own members.

use crate::ty::{Fields, Shape, Tagging, TypeSchema};
use std::any::TypeId;

/// Returns whether the JSON of a type can have a member `ttl` in addition to its own members. The
/// type must be a struct with named fields, or a newtype of one, and must not have arbitrary keys
/// or a member of that name, also in its flattened fields.
///
/// ```
/// use kv_schema::KvField;
/// use kv_schema::json::takes_ttl;
///
/// assert!(takes_ttl(std::time::Duration::schema()));      // {"secs":1,"nanos":0,"ttl":1000}
/// assert!(!takes_ttl(std::collections::BTreeMap::<String, u8>::schema()));
/// ```
pub fn takes_ttl(schema: &'static TypeSchema) -> bool {
    let content = schema.unwrapped();
    matches!(content.shape, Shape::Struct(Fields::Named { .. })) && has_no_ttl(content, &mut Vec::new())
}

/// Returns whether a type has neither arbitrary keys nor a member `ttl`.
fn has_no_ttl(schema: &'static TypeSchema, seen: &mut Vec<TypeId>) -> bool {
    if seen.contains(&schema.id) {
        return true;
    }
    seen.push(schema.id);
    match schema.shape {
        Shape::Option(inner) => has_no_ttl(inner.get(), seen),
        Shape::Unit => true,
        Shape::Struct(fields) => fields_have_no_ttl(&fields, seen),
        Shape::Enum(all) => {
            let no_tag_is_ttl = match all.tagging {
                Tagging::Internal { tag } => tag != "ttl",
                Tagging::Adjacent { tag, content, .. } => tag != "ttl" && content != "ttl",
                Tagging::External | Tagging::Untagged => true,
            };
            no_tag_is_ttl
                && all.variants.iter().all(|variant| match all.tagging {
                    Tagging::External if !variant.untagged => {
                        variant.name != "ttl" && !variant.aliases.contains(&"ttl")
                    }
                    Tagging::Adjacent { .. } if !variant.untagged => true,
                    _ => fields_have_no_ttl(&variant.fields, seen),
                })
        }
        _ => false,
    }
}

fn fields_have_no_ttl(fields: &Fields, seen: &mut Vec<TypeId>) -> bool {
    match fields {
        Fields::Unit => true,
        Fields::Newtype { field, .. } => has_no_ttl(field.ty.get(), seen),
        Fields::Tuple(_) => false,
        Fields::Named { fields, .. } => fields.iter().all(|field| {
            if field.flatten {
                has_no_ttl(field.ty.get(), seen)
            } else {
                field.name != "ttl" && !field.aliases.contains(&"ttl")
            }
        }),
    }
}
