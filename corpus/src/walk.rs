//! A visit of all schemas that a schema refers to.

use kv_core::schema::ty::{Shape, TypeRef, TypeSchema};

/// Visits a schema and all schemas that it refers to, each once, in source order.
pub fn walk(schema: &'static TypeSchema, visit: &mut impl FnMut(&'static TypeSchema)) {
    let mut seen = vec![schema];
    // A stack; parts are pushed in reverse, so that the first part is visited first.
    let mut next = vec![schema];
    while let Some(schema) = next.pop() {
        visit(schema);
        let from = next.len();
        for part in parts(schema) {
            let part = part.get();
            if !seen.contains(&part) {
                seen.push(part);
                next.push(part);
            }
        }
        next[from..].reverse();
    }
}

fn parts(schema: &TypeSchema) -> Vec<TypeRef> {
    match schema.shape {
        Shape::Option(inner) | Shape::List(inner) | Shape::Set(inner) | Shape::Array { item: inner, .. } => {
            vec![inner]
        }
        Shape::Tuple(types) => types.to_vec(),
        Shape::Map { key, value } => vec![key, value],
        Shape::Struct(fields) => fields.all().iter().map(|field| field.ty).collect(),
        Shape::Enum(all) => {
            let fields = all.variants.iter().flat_map(|variant| variant.fields.all());
            fields.map(|field| field.ty).collect()
        }
        _ => Vec::new(),
    }
}
