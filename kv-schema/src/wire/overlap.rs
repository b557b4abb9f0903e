//! Whether one type reads what another writes: of the variants of an untagged enum, the first that can is taken.
//!
//! The keys of a map are taken for none that a struct has for members: that is up to the application.

use super::{MAX_DEPTH, inside_option};
use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};

/// Whether there is a value of a variant without a tag whose JSON an earlier one is read from.
pub(super) fn is_shadowed(earlier: &Variant, later: &Variant) -> bool {
    let mut writes = forms_of_fields(later.fields);
    if let Fields::Named { .. } = earlier.fields {
        // A struct is read from a list as well, a variant is not.
        writes.retain(|form| !matches!(form, Form::List(_) | Form::Tuple(_)));
    }
    meet_any(&forms_of_fields(earlier.fields), &writes, MAX_DEPTH)
}

/// A form that JSON can have.
enum Form {
    Any,
    Null,
    Bool,
    Int(i128, i128),
    Float,
    /// Any text, or one of a few.
    Text(Option<&'static str>),
    /// Items of one type, or of one type each.
    List(&'static TypeSchema),
    Tuple(Vec<&'static TypeSchema>),
    /// Members of one type under any name, or those of a struct or a variant.
    Map(&'static TypeSchema),
    Object {
        members: Vec<Member>,
        /// Whether no other member may stand there.
        closed: bool,
        /// Whether more stand there than is known here, by `flatten`.
        open: bool,
    },
}

struct Member {
    name: &'static str,
    aliases: &'static [&'static str],
    value: Value,
    /// Whether a reader does without it.
    optional: bool,
    /// Whether a writer does without it.
    left_out: bool,
}

impl Member {
    fn of(field: &Field, may_all_be_missing: bool) -> Self {
        Self {
            name: field.name,
            aliases: field.aliases,
            value: Value::Type(field.ty.get()),
            optional: field.is_optional() || may_all_be_missing,
            left_out: field.may_be_left_out || may_all_be_missing,
        }
    }
}

#[derive(Clone, Copy)]
enum Value {
    Type(&'static TypeSchema),
    Tag(&'static str),
    /// What a variant holds behind its tag.
    Content(Fields),
}

impl Value {
    fn forms(self) -> Vec<Form> {
        match self {
            Self::Type(schema) => forms(schema),
            Self::Tag(name) => vec![Form::Text(Some(name))],
            Self::Content(fields) => forms_of_fields(fields),
        }
    }
}

fn forms(schema: &'static TypeSchema) -> Vec<Form> {
    match schema.shape {
        Shape::Unit => vec![Form::Null],
        Shape::Bool => vec![Form::Bool],
        Shape::Int(kind) | Shape::NonZero(kind) => {
            let (min, max) = kind.range();
            vec![Form::Int(min, max)]
        }
        Shape::Float(_) => vec![Form::Float],
        Shape::Char | Shape::String | Shape::Formatted(_) => vec![Form::Text(None)],
        Shape::Json => vec![Form::Any],
        Shape::Option(inner) => {
            let mut all = forms(inner.get());
            all.push(Form::Null);
            all
        }
        Shape::List(item) | Shape::Set(item) => vec![Form::List(item.get())],
        Shape::Array { item, len } => vec![Form::Tuple(vec![item.get(); len])],
        Shape::Tuple(items) => vec![Form::Tuple(items.iter().map(|item| item.get()).collect())],
        Shape::Map { value, .. } => vec![Form::Map(value.get())],
        Shape::Struct(fields) => forms_of_fields(fields),
        Shape::Enum(shape) => {
            shape.variants.iter().flat_map(|variant| forms_of_variant(&shape, variant)).collect()
        }
    }
}

fn forms_of_fields(fields: Fields) -> Vec<Form> {
    match fields {
        Fields::Unit => vec![Form::Null],
        Fields::Newtype { field, .. } => forms(field.ty.get()),
        Fields::Tuple(fields) => vec![Form::Tuple(fields.iter().map(|field| field.ty.get()).collect())],
        Fields::Named { fields, deny_unknown } => vec![object(fields, deny_unknown)],
    }
}

fn forms_of_variant(shape: &Enum, variant: &Variant) -> Vec<Form> {
    let tag = |name, value| Member { name, aliases: &[], value, optional: false, left_out: false };
    let closed = |members| vec![Form::Object { members, closed: true, open: false }];
    match shape.tagging {
        _ if variant.untagged => forms_of_fields(variant.fields),
        Tagging::Untagged => forms_of_fields(variant.fields),
        Tagging::External if matches!(variant.fields, Fields::Unit) => vec![Form::Text(Some(variant.name))],
        Tagging::External => closed(vec![tag(variant.name, Value::Content(variant.fields))]),
        Tagging::Adjacent { tag: name, content, deny_unknown } => {
            let mut members = vec![tag(name, Value::Tag(variant.name))];
            if !matches!(variant.fields, Fields::Unit) {
                members.push(tag(content, Value::Content(variant.fields)));
            }
            vec![Form::Object { members, closed: deny_unknown, open: false }]
        }
        Tagging::Internal { tag: name } => {
            let start = || vec![tag(name, Value::Tag(variant.name))];
            let behind_the_tag = |form| match form {
                Form::Object { members, closed, open } => {
                    Form::Object { members: start().into_iter().chain(members).collect(), closed, open }
                }
                Form::Null => Form::Object { members: start(), closed: false, open: false },
                _ => Form::Object { members: start(), closed: false, open: true },
            };
            forms_of_fields(variant.fields).into_iter().map(behind_the_tag).collect()
        }
    }
}

fn object(fields: &'static [Field], closed: bool) -> Form {
    let (mut members, mut open) = (Vec::new(), false);
    for field in fields {
        if field.flatten {
            // Those of a plain struct stand among the others; of anything else nobody knows from here.
            let optional = matches!(field.ty.get().shape, Shape::Option(_));
            match inside_option(field.ty.get()).shape {
                Shape::Struct(Fields::Named { fields, .. }) if !fields.iter().any(|field| field.flatten) => {
                    members.extend(fields.iter().map(|field| Member::of(field, optional)));
                }
                _ => open = true,
            }
        } else {
            members.push(Member::of(field, false));
        }
    }
    Form::Object { members, closed, open }
}

fn meet_any(reads: &[Form], writes: &[Form], depth: usize) -> bool {
    // Beyond what anybody nests, a type in itself: the answer that refuses.
    let Some(depth) = depth.checked_sub(1) else { return true };
    reads.iter().any(|read| writes.iter().any(|write| meet(read, write, depth)))
}

/// Whether there is JSON of the form `write` that is read where the form `read` is expected.
fn meet(read: &Form, write: &Form, depth: usize) -> bool {
    let types =
        |read: &'static TypeSchema, write: &'static TypeSchema| meet_any(&forms(read), &forms(write), depth);
    match (read, write) {
        (Form::Int(min, max), Form::Int(low, high)) => min <= high && low <= max,
        (Form::Text(Some(read)), Form::Text(Some(write))) => read == write,
        // Floats are written with a point, and read without one. Lists and maps that are empty are read as each other,
        // whatever could be in them.
        (Form::Any, _)
        | (_, Form::Any)
        | (Form::Null, Form::Null)
        | (Form::Bool, Form::Bool)
        | (Form::Float, Form::Float | Form::Int(..))
        | (Form::Text(_), Form::Text(_))
        | (Form::List(_), Form::List(_))
        | (Form::Map(_), Form::Map(_)) => true,
        (Form::List(item), Form::Tuple(items)) => items.iter().all(|write| types(item, write)),
        (Form::Tuple(items), Form::List(item)) => items.iter().all(|read| types(read, item)),
        (Form::Tuple(reads), Form::Tuple(writes)) => {
            reads.len() == writes.len() && reads.iter().zip(writes).all(|(read, write)| types(read, write))
        }
        // A struct is read from a list of its members' values as well.
        (Form::Object { members, open: false, .. }, Form::List(item)) => {
            members.iter().all(|member| meet_any(&member.value.forms(), &forms(item), depth))
        }
        (Form::Object { members, open: false, .. }, Form::Tuple(items)) => {
            members.len() == items.len()
                && members
                    .iter()
                    .zip(items)
                    .all(|(member, item)| meet_any(&member.value.forms(), &forms(item), depth))
        }
        (Form::Object { members, .. }, Form::Map(_)) => members.iter().all(|member| member.optional),
        (Form::Map(value), Form::Object { members, .. }) => members
            .iter()
            .all(|member| member.left_out || meet_any(&forms(value), &member.value.forms(), depth)),
        (Form::Object { members: reads, closed, .. }, Form::Object { members: writes, .. }) => {
            let knows = |read: &Member, name: &str| read.name == name || read.aliases.contains(&name);
            let each_is_read =
                reads.iter().all(|read| match writes.iter().find(|write| knows(read, write.name)) {
                    Some(write) => {
                        meet_any(&read.value.forms(), &write.value.forms(), depth)
                            || (write.left_out && read.optional)
                    }
                    None => read.optional,
                });
            let mut unknown = writes.iter().filter(|write| !reads.iter().any(|read| knows(read, write.name)));
            each_is_read && !(*closed && unknown.any(|write| !write.left_out))
        }
        _ => false,
    }
}
