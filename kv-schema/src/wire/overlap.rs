//! Whether one type reads what another writes, and writes it again as something else: of the variants of an untagged enum,
//! the first that can is taken. Where it writes the same again, as two kinds of text do, nobody on the wire is deceived.
//!
//! The keys of a map are taken for none that a struct has for members, and what stands for any JSON for nothing that an
//! earlier variant has a form for: both are up to the application.

use super::unwrapped;
use crate::ty::{Enum, Field, Fields, FloatKind, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashSet;

/// Whether there is a value of a variant without a tag, `later`, whose JSON the variant at `nth` is read from, and which
/// it does not write.
///
/// A text that happens to be a variant's name is taken for none where that variant has a tag: the one without is there for
/// all other texts.
pub(super) fn is_shadowed(shape: &Enum, nth: usize, later: &Variant) -> bool {
    let earlier = &shape.variants[nth];
    let tagged = shape.tagging != Tagging::Untagged && !earlier.untagged;
    let mut reads = forms_of_variant(shape, nth, earlier, &mut Path::new());
    let mut writes = forms_without_tag(later, &mut Path::new());
    if tagged {
        for forms in [&mut reads, &mut writes] {
            forms.retain(|form| matches!(form, Form::Object(_)));
        }
    }
    let mut meeting = Meeting::default();
    // Types that lead back to each other may meet by what is learned behind them, so they are asked until nothing more is.
    loop {
        let known = meeting.known.len();
        if meeting.any(Question::Change, &reads, &writes) {
            return true;
        }
        if meeting.known.len() == known {
            return false;
        }
        meeting.asked.clear();
    }
}

/// A form that JSON can have.
#[derive(Clone)]
enum Form {
    Any,
    Null,
    Bool,
    Int(i128, i128),
    Float(FloatKind),
    Text,
    /// A variant's name where it stands alone: `"Red"`, which is read from `{"Red": null}` as well.
    Name(Names),
    /// A variant's name as the value of an internal tag, which is read from the variant's position as well.
    Tag(Names, Option<i128>),
    /// Items of one type, or of one type each.
    List(&'static TypeSchema),
    Tuple(Vec<Item>),
    Object(Object),
}

/// What a variant is called.
#[derive(Clone, Copy)]
struct Names {
    name: &'static str,
    aliases: &'static [&'static str],
    /// Whether every unknown name is read as it.
    other: bool,
}

impl Names {
    fn of(variant: &Variant) -> Self {
        Self { name: variant.name, aliases: variant.aliases, other: variant.other }
    }

    fn reads(self, name: &str) -> bool {
        self.other || self.name == name || self.aliases.contains(&name)
    }

    /// As the one member of an object.
    fn with(self, value: Value) -> Member {
        Member { names: self, value, optional: false, default: false, left_out: false }
    }
}

#[derive(Clone, Copy)]
struct Item {
    ty: &'static TypeSchema,
    /// Whether a reader fills it in where the list has ended.
    default: bool,
}

#[derive(Clone, Default)]
struct Object {
    members: Vec<Member>,
    /// The keys and values of what may stand beside the members.
    rest: Option<Rest>,
    /// Whether no other member may stand there.
    closed: bool,
    /// Whether it is read from a list of its members' values as well.
    listed: bool,
}

#[derive(Clone, Copy)]
enum Rest {
    Anything,
    Map { key: &'static TypeSchema, value: &'static TypeSchema },
}

#[derive(Clone, Copy)]
struct Member {
    names: Names,
    value: Value,
    /// Whether a reader of an object does without it.
    optional: bool,
    /// Whether a reader of a list does.
    default: bool,
    /// Whether a writer does without it.
    left_out: bool,
}

impl Member {
    fn of(field: &Field) -> Self {
        Self {
            names: Names { name: field.name, aliases: field.aliases, other: false },
            value: Value::Type(field.ty.get()),
            optional: field.is_optional(),
            default: field.default,
            left_out: field.may_be_left_out,
        }
    }
}

#[derive(Clone, Copy)]
enum Value {
    Type(&'static TypeSchema),
    /// An internal tag, by the variant's names and position.
    Tag(Names, i128),
    /// An adjacent tag.
    AdjacentTag(Names),
    /// What a variant holds behind its tag.
    Content(Fields),
}

/// The types that are being looked into, so that none is looked for in itself.
type Path = Vec<TypeId>;

impl Value {
    fn forms(self) -> Vec<Form> {
        match self {
            Self::Type(schema) => forms(schema, &mut Path::new()),
            Self::Tag(names, position) => vec![Form::Tag(names, Some(position))],
            Self::AdjacentTag(names) => vec![Form::Tag(names, None)],
            Self::Content(fields) => forms_of_fields(fields, true, &mut Path::new()),
        }
    }
}

fn forms(schema: &'static TypeSchema, path: &mut Path) -> Vec<Form> {
    if path.contains(&schema.id) {
        return Vec::new();
    }
    path.push(schema.id);
    let forms = match schema.shape {
        Shape::Unit => vec![Form::Null],
        Shape::Bool => vec![Form::Bool],
        Shape::Int(kind) | Shape::NonZero(kind) => {
            let (min, max) = kind.range();
            vec![Form::Int(min, max)]
        }
        Shape::Float(kind) => vec![Form::Float(kind)],
        Shape::Char | Shape::String | Shape::Formatted(_) => vec![Form::Text],
        Shape::Json => vec![Form::Any],
        Shape::Option(inner) => {
            let mut all = forms(inner.get(), path);
            all.push(Form::Null);
            all
        }
        Shape::List(item) | Shape::Set(item) => vec![Form::List(item.get())],
        Shape::Array { item, len } => vec![Form::Tuple(vec![Item { ty: item.get(), default: false }; len])],
        Shape::Tuple(items) => {
            vec![Form::Tuple(items.iter().map(|item| Item { ty: item.get(), default: false }).collect())]
        }
        Shape::Map { key, value } => {
            let rest = Some(Rest::Map { key: key.get(), value: value.get() });
            vec![Form::Object(Object { rest, ..Object::default() })]
        }
        Shape::Struct(fields) => forms_of_fields(fields, true, path),
        Shape::Enum(shape) => {
            let variants = shape.variants.iter().enumerate();
            variants.flat_map(|(nth, variant)| forms_of_variant(&shape, nth, variant, path)).collect()
        }
    };
    path.pop();
    forms
}

/// `listed` says that named fields are read from a list as well.
fn forms_of_fields(fields: Fields, listed: bool, path: &mut Path) -> Vec<Form> {
    match fields {
        Fields::Unit => vec![Form::Null],
        Fields::Newtype { field, .. } => forms(field.ty.get(), path),
        Fields::Tuple(fields) => {
            let item = |field: &Field| Item { ty: field.ty.get(), default: field.default };
            vec![Form::Tuple(fields.iter().map(item).collect())]
        }
        Fields::Named { fields, deny_unknown } => objects(fields, deny_unknown, listed, path),
    }
}

/// A struct is read from a list, but not a variant with named fields.
fn forms_without_tag(variant: &Variant, path: &mut Path) -> Vec<Form> {
    forms_of_fields(variant.fields, false, path)
}

fn forms_of_variant(shape: &Enum, nth: usize, variant: &Variant, path: &mut Path) -> Vec<Form> {
    let names = Names::of(variant);
    match shape.tagging {
        _ if variant.untagged => forms_without_tag(variant, path),
        Tagging::Untagged => forms_without_tag(variant, path),
        Tagging::External if matches!(variant.fields, Fields::Unit) => vec![Form::Name(names)],
        Tagging::External => vec![Form::Object(alone(names, variant.fields))],
        Tagging::Adjacent { tag, content, deny_unknown } => {
            let member = |name| Names { name, aliases: &[], other: false };
            let mut members = vec![member(tag).with(Value::AdjacentTag(names))];
            if !matches!(variant.fields, Fields::Unit) {
                members.push(member(content).with(Value::Content(variant.fields)));
            }
            vec![Form::Object(Object { members, rest: None, closed: deny_unknown, listed: true })]
        }
        Tagging::Internal { tag } => {
            let tag = Names { name: tag, aliases: &[], other: false };
            let tag = tag.with(Value::Tag(names, i128::try_from(nth).unwrap_or(i128::MAX)));
            let behind_the_tag = |form| {
                let mut object = members_of(form)?;
                object.members.insert(0, tag);
                Some(Form::Object(object))
            };
            forms_of_fields(variant.fields, true, path).into_iter().filter_map(behind_the_tag).collect()
        }
    }
}

/// A variant as an object of one member.
fn alone(names: Names, fields: Fields) -> Object {
    Object { members: vec![names.with(Value::Content(fields))], rest: None, closed: true, listed: false }
}

/// What a form is among the members of another object; `None` where it can be no object.
fn members_of(form: Form) -> Option<Object> {
    match form {
        Form::Object(object) => Some(object),
        Form::Name(names) => Some(alone(names, Fields::Unit)),
        Form::Null => Some(Object { listed: true, ..Object::default() }),
        Form::Any => Some(Object { rest: Some(Rest::Anything), ..Object::default() }),
        _ => None,
    }
}

/// How many objects are told apart where enums are flattened beside each other.
const MAX_OBJECTS: usize = 256;

/// What named fields can be: several things where an enum or an `Option` is flattened.
fn objects(fields: &'static [Field], closed: bool, listed: bool, path: &mut Path) -> Vec<Form> {
    let listed = listed && !fields.iter().any(|field| field.flatten);
    let members = fields.iter().filter(|field| !field.flatten).map(Member::of).collect();
    let mut all = vec![Object { members, rest: None, closed, listed }];
    for field in fields.iter().filter(|field| field.flatten) {
        let forms: Vec<_> = forms(field.ty.get(), path)
            .into_iter()
            .filter_map(members_of)
            .map(|inner| (inner.members, inner.rest))
            .collect();
        if forms.is_empty() {
            continue;
        }
        if all.len().saturating_mul(forms.len()) > MAX_OBJECTS {
            for object in &mut all {
                object.rest = Some(Rest::Anything);
            }
            continue;
        }
        let with = |object: &Object| {
            let object = object.clone();
            forms
                .iter()
                .map(move |(members, rest)| {
                    let mut object = object.clone();
                    object.members.extend(members);
                    object.rest = object.rest.or(*rest);
                    object
                })
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all.into_iter().map(Form::Object).collect()
}

/// Whether a map's key is read from a name.
fn is_key(key: &'static TypeSchema, name: &str) -> bool {
    match unwrapped(key).shape {
        Shape::Enum(shape) => shape.variants.iter().any(|variant| Names::of(variant).reads(name)),
        Shape::Int(_) | Shape::NonZero(_) => name.parse::<i128>().is_ok(),
        Shape::Bool => matches!(name, "true" | "false"),
        Shape::Char => name.chars().count() == 1,
        Shape::Formatted(format) => (format.accepts)(name),
        _ => true,
    }
}

/// What is asked of two forms, of which one is read and one was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    /// Whether there is JSON of the one that is read where the other is expected.
    Read,
    /// Whether there is such JSON that is then written otherwise.
    Change,
}

type Asked = (Question, TypeId, TypeId);

/// What is known of types that meet.
#[derive(Default)]
struct Meeting {
    /// What is known to be so.
    known: HashSet<Asked>,
    /// What has been asked since something was last found to be so.
    asked: HashSet<Asked>,
}

impl Meeting {
    fn types(&mut self, question: Question, read: &'static TypeSchema, write: &'static TypeSchema) -> bool {
        if question == Question::Change && read == write {
            return false;
        }
        let asked = (question, read.id, write.id);
        if self.known.contains(&asked) {
            return true;
        }
        if !self.asked.insert(asked) {
            return false;
        }
        let is_so = self.any(question, &forms(read, &mut Path::new()), &forms(write, &mut Path::new()));
        if is_so {
            self.known.insert(asked);
        }
        is_so
    }

    fn values(&mut self, question: Question, read: Value, write: Value) -> bool {
        match (read, write) {
            (Value::Type(read), Value::Type(write)) => self.types(question, read, write),
            _ => self.any(question, &read.forms(), &write.forms()),
        }
    }

    fn any(&mut self, question: Question, reads: &[Form], writes: &[Form]) -> bool {
        reads.iter().any(|read| {
            writes.iter().any(|write| match question {
                Question::Read => self.reads(read, write),
                Question::Change => self.changes(read, write),
            })
        })
    }

    /// Whether there is JSON of the form `write` that is read where the form `read` is expected.
    fn reads(&mut self, read: &Form, write: &Form) -> bool {
        match (read, write) {
            (Form::Int(min, max), Form::Int(low, high)) => min <= high && low <= max,
            (Form::Name(read) | Form::Tag(read, _), Form::Name(write) | Form::Tag(write, _)) => {
                read.reads(write.name)
            }
            (Form::Tag(read, Some(position)), Form::Int(low, high)) => {
                read.other || (low <= position && position <= high)
            }
            // A float is read without a point, and without one JavaScript writes it, so that an integer is read from what was a
            // float. Lists that are empty are read as each other, whatever
            // could be in them.
            (Form::Any, _)
            | (_, Form::Any)
            | (Form::Null, Form::Null)
            | (Form::Bool, Form::Bool)
            | (Form::Float(_), Form::Float(_) | Form::Int(..))
            | (Form::Int(..), Form::Float(_))
            | (Form::Text | Form::Name(_) | Form::Tag(..), Form::Text)
            | (Form::Text, Form::Name(_) | Form::Tag(..))
            | (Form::List(_), Form::List(_)) => true,
            (Form::List(item), Form::Tuple(items)) => {
                items.iter().all(|write| self.types(Question::Read, item, write.ty))
            }
            (Form::Tuple(items), Form::List(item)) => {
                let items = items.iter().map(|read| (Value::Type(read.ty), read.default));
                self.list(&items.collect::<Vec<_>>(), item)
            }
            (Form::Tuple(reads), Form::Tuple(writes)) => {
                let reads = reads.iter().map(|read| (Value::Type(read.ty), read.default));
                self.tuple(&reads.collect::<Vec<_>>(), writes)
            }
            (Form::Object(Object { members, listed: true, .. }), Form::List(item)) => {
                let members = members.iter().map(|member| (member.value, member.default));
                self.list(&members.collect::<Vec<_>>(), item)
            }
            (Form::Object(Object { members, listed: true, .. }), Form::Tuple(items)) => {
                let members = members.iter().map(|member| (member.value, member.default));
                self.tuple(&members.collect::<Vec<_>>(), items)
            }
            (Form::Name(names), Form::Object(write)) => self.objects(&alone(*names, Fields::Unit), write),
            (Form::Object(read), Form::Object(write)) => self.objects(read, write),
            _ => false,
        }
    }

    /// Whether items, each with whether it may be missing at the end, are read from a list of some length.
    fn list(&mut self, reads: &[(Value, bool)], item: &'static TypeSchema) -> bool {
        let needed = reads.iter().rposition(|(_, default)| !default).map_or(0, |last| last + 1);
        reads[..needed].iter().all(|(read, _)| self.values(Question::Read, *read, Value::Type(item)))
    }

    fn tuple(&mut self, reads: &[(Value, bool)], writes: &[Item]) -> bool {
        reads.len() >= writes.len()
            && reads[writes.len()..].iter().all(|(_, default)| *default)
            && reads
                .iter()
                .zip(writes)
                .all(|((read, _), write)| self.values(Question::Read, *read, Value::Type(write.ty)))
    }

    fn objects(&mut self, read: &Object, write: &Object) -> bool {
        let fits = |read: &Member, write: &Member| read.names.reads(write.names.name);
        let members = read.members.iter().all(|member| {
            let mut known = write.members.iter().filter(|write| fits(member, write));
            // What goes by two names of one member is read as neither.
            let twice = known.clone().filter(|write| !write.left_out).nth(1).is_some();
            !twice
                && known.next().map_or(member.optional, |write| {
                    self.values(Question::Read, member.value, write.value)
                        || (write.left_out && member.optional)
                })
        });
        let accounted = |write: &Member| write.left_out || read.members.iter().any(|read| fits(read, write));
        members
            && write.members.iter().filter(|write| !accounted(write)).all(|write| match read.rest {
                Some(Rest::Map { key, value }) => {
                    is_key(key, write.names.name)
                        && self.values(Question::Read, Value::Type(value), write.value)
                }
                Some(Rest::Anything) => true,
                None => !read.closed,
            })
    }

    /// Whether there is JSON of the form `write` that is read where the form `read` is expected, and written otherwise.
    fn changes(&mut self, read: &Form, write: &Form) -> bool {
        if matches!((read, write), (Form::Any, _) | (_, Form::Any)) || !self.reads(read, write) {
            return false;
        }
        match (read, write) {
            (Form::Name(read) | Form::Tag(read, _), Form::Name(write) | Form::Tag(write, _)) => {
                read.name != write.name
            }
            (Form::List(read), Form::List(write)) => self.types(Question::Change, read, write),
            (Form::List(item), Form::Tuple(items)) => {
                items.iter().any(|write| self.types(Question::Change, item, write.ty))
            }
            (Form::Tuple(items), Form::List(item)) => {
                items.iter().any(|read| read.default || self.types(Question::Change, read.ty, item))
            }
            (Form::Tuple(reads), Form::Tuple(writes)) => {
                reads.len() != writes.len()
                    || reads
                        .iter()
                        .zip(writes)
                        .any(|(read, write)| self.types(Question::Change, read.ty, write.ty))
            }
            (Form::Object(read), Form::Object(write)) => self.object_changes(read, write),
            // A value of one kind is written as it was read, except for digits that an `f32` has no room for. A float writes a
            // point that an integer did not have, and JavaScript writes none, so that a float is read as an integer. A
            // struct writes members for the items of a list, and a variant its name for its position.
            (Form::Float(FloatKind::F32), Form::Float(FloatKind::F64))
            | (Form::Float(_) | Form::Tag(..), Form::Int(..))
            | (Form::Int(..), Form::Float(_))
            | (_, Form::Object(_))
            | (Form::Object(_), _) => true,
            _ => false,
        }
    }

    /// Of objects that are read.
    fn object_changes(&mut self, read: &Object, write: &Object) -> bool {
        let of =
            |write: &Member| read.members.iter().find(|read| read.names.reads(write.names.name)).copied();
        let member_changes = write.members.iter().any(|member| match (of(member), read.rest) {
            (Some(known), _) => {
                known.names.name != member.names.name
                    || self.values(Question::Change, known.value, member.value)
            }
            (None, Some(Rest::Map { value, .. })) => {
                self.values(Question::Change, Value::Type(value), member.value)
            }
            (None, Some(Rest::Anything)) => false,
            (None, None) => !read.closed,
        });
        let is_added = |known: &Member| {
            !known.left_out && !write.members.iter().any(|write| known.names.reads(write.names.name))
        };
        let rest_changes = match (read.rest, write.rest) {
            (Some(Rest::Map { value, .. }), Some(Rest::Map { value: other, .. })) => {
                self.types(Question::Change, value, other)
            }
            (None, Some(Rest::Map { .. })) => !read.closed,
            _ => false,
        };
        member_changes || read.members.iter().any(is_added) || rest_changes
    }
}
