//! Finds untagged variants whose JSON an earlier variant reads and writes differently.
//!
//! A reader takes the first variant of an untagged enum that fits. If that variant writes the same
//! JSON that it read, as types do that are text on the wire, no client notices the difference, and
//! this is not a fault.
//!
//! Two cases are ignored, because they depend on the application's values: a map whose keys are the
//! names of a struct's members, and any JSON that has the form of an earlier variant.

use crate::ty::{Enum, Field, Fields, FloatKind, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashSet;

/// Returns whether a value of the untagged variant `later` has JSON that the variant at `nth` reads
/// and writes differently.
///
/// A text of an untagged variant that equals the name of a tagged variant does not count, because
/// the untagged variant is meant for other texts.
pub(super) fn is_shadowed(shape: &Enum, nth: usize, later: &Variant) -> bool {
    let earlier = &shape.variants[nth];
    let tagged = shape.tagging != Tagging::Untagged && !earlier.untagged;
    let mut reads = forms_of_variant(shape, nth, earlier, &mut Enclosing::new());
    let mut writes = forms_without_tag(later, &mut Enclosing::new());
    if tagged {
        for forms in [&mut reads, &mut writes] {
            forms.retain(|form| matches!(form, JsonForm::Object(_)));
        }
    }
    let mut comparison = Comparison::default();
    // In recursive types, an answer can depend on another one that is found later, so the
    // comparison is repeated until it finds nothing new.
    loop {
        let known = comparison.known.len();
        if comparison.any(Relation::Changes, &reads, &writes) {
            return true;
        }
        if comparison.known.len() == known {
            return false;
        }
        comparison.examined.clear();
    }
}

/// A form of JSON.
#[derive(Clone)]
enum JsonForm {
    Any,
    Null,
    Bool,
    Int(i128, i128),
    Float(FloatKind),
    Text,
    /// The name of a unit variant: `"Red"`. serde also reads it from `{"Red": null}`.
    Name(NameSet),
    /// A variant's name as the value of a tag. serde also reads an internal tag from the variant's
    /// index.
    Tag(NameSet, Option<i128>),
    /// A list of any length.
    List(&'static TypeSchema),
    /// A list of a fixed length.
    Tuple(Vec<ItemForm>),
    Object(ObjectForm),
}

/// The names of a variant or a member.
#[derive(Clone, Copy)]
struct NameSet {
    name: &'static str,
    aliases: &'static [&'static str],
    /// Whether every unknown name is read as this variant.
    other: bool,
}

impl NameSet {
    fn of(variant: &Variant) -> Self {
        Self { name: variant.name, aliases: variant.aliases, other: variant.other }
    }

    fn reads(self, name: &str) -> bool {
        self.other || self.name == name || self.aliases.contains(&name)
    }

    /// Returns a required member with these names.
    fn with(self, value: ValueForm) -> MemberForm {
        MemberForm { names: self, value, optional: false, default: false, left_out: false }
    }
}

#[derive(Clone, Copy)]
struct ItemForm {
    ty: &'static TypeSchema,
    /// Whether the item may be missing at the end of the list.
    default: bool,
}

#[derive(Clone, Default)]
struct ObjectForm {
    members: Vec<MemberForm>,
    /// Members that are not in `members`, from a flattened map or flattened JSON.
    rest: Option<OpenMembers>,
    /// Whether unknown members are refused.
    closed: bool,
    /// Whether serde also reads it from a list of its members' values.
    listed: bool,
}

#[derive(Clone, Copy)]
enum OpenMembers {
    Anything,
    Map { key: &'static TypeSchema, value: &'static TypeSchema },
}

#[derive(Clone, Copy)]
struct MemberForm {
    names: NameSet,
    value: ValueForm,
    /// Whether it may be missing from an object.
    optional: bool,
    /// Whether it may be missing from a list.
    default: bool,
    /// Whether a writer may leave it out.
    left_out: bool,
}

impl MemberForm {
    fn of(field: &Field) -> Self {
        Self {
            names: NameSet { name: field.name, aliases: field.aliases, other: false },
            value: ValueForm::Type(field.ty.get()),
            optional: field.is_optional(),
            default: field.default,
            left_out: field.may_be_left_out,
        }
    }
}

#[derive(Clone, Copy)]
enum ValueForm {
    Type(&'static TypeSchema),
    /// An internal tag, by the variant's names and index.
    Tag(NameSet, i128),
    /// An adjacent tag.
    AdjacentTag(NameSet),
    /// The fields of a variant.
    Content(Fields),
}

/// The types around the current one, which ends the recursion of a type that contains itself.
type Enclosing = Vec<TypeId>;

impl ValueForm {
    fn forms(self) -> Vec<JsonForm> {
        match self {
            Self::Type(schema) => forms(schema, &mut Enclosing::new()),
            Self::Tag(names, position) => vec![JsonForm::Tag(names, Some(position))],
            Self::AdjacentTag(names) => vec![JsonForm::Tag(names, None)],
            Self::Content(fields) => forms_of_fields(fields, true, &mut Enclosing::new()),
        }
    }
}

fn forms(schema: &'static TypeSchema, enclosing: &mut Enclosing) -> Vec<JsonForm> {
    if enclosing.contains(&schema.id) {
        return Vec::new();
    }
    enclosing.push(schema.id);
    let forms = match schema.shape {
        Shape::Unit => vec![JsonForm::Null],
        Shape::Bool => vec![JsonForm::Bool],
        Shape::Int(kind) | Shape::NonZero(kind) => {
            let (min, max) = kind.range();
            vec![JsonForm::Int(min, max)]
        }
        Shape::Float(kind) => vec![JsonForm::Float(kind)],
        Shape::Char | Shape::String | Shape::Formatted(_) => vec![JsonForm::Text],
        Shape::Json => vec![JsonForm::Any],
        Shape::Option(inner) => {
            let mut all = forms(inner.get(), enclosing);
            all.push(JsonForm::Null);
            all
        }
        Shape::List(item) | Shape::Set(item) => vec![JsonForm::List(item.get())],
        Shape::Array { item, len } => {
            vec![JsonForm::Tuple(vec![ItemForm { ty: item.get(), default: false }; len])]
        }
        Shape::Tuple(items) => {
            vec![JsonForm::Tuple(
                items.iter().map(|item| ItemForm { ty: item.get(), default: false }).collect(),
            )]
        }
        Shape::Map { key, value } => {
            let rest = Some(OpenMembers::Map { key: key.get(), value: value.get() });
            vec![JsonForm::Object(ObjectForm { rest, ..ObjectForm::default() })]
        }
        Shape::Struct(fields) => forms_of_fields(fields, true, enclosing),
        Shape::Enum(shape) => {
            let variants = shape.variants.iter().enumerate();
            variants.flat_map(|(nth, variant)| forms_of_variant(&shape, nth, variant, enclosing)).collect()
        }
    };
    enclosing.pop();
    forms
}

/// Returns the forms of fields. `listed` means that serde also reads named fields from a list.
fn forms_of_fields(fields: Fields, listed: bool, enclosing: &mut Enclosing) -> Vec<JsonForm> {
    match fields {
        Fields::Unit => vec![JsonForm::Null],
        Fields::Newtype { field, .. } => forms(field.ty.get(), enclosing),
        Fields::Tuple(fields) => {
            let item = |field: &Field| ItemForm { ty: field.ty.get(), default: field.default };
            vec![JsonForm::Tuple(fields.iter().map(item).collect())]
        }
        Fields::Named { fields, deny_unknown } => objects(fields, deny_unknown, listed, enclosing),
    }
}

/// Returns the forms of an untagged variant. serde does not read a variant with named fields from a
/// list.
fn forms_without_tag(variant: &Variant, enclosing: &mut Enclosing) -> Vec<JsonForm> {
    forms_of_fields(variant.fields, false, enclosing)
}

fn forms_of_variant(shape: &Enum, nth: usize, variant: &Variant, enclosing: &mut Enclosing) -> Vec<JsonForm> {
    let names = NameSet::of(variant);
    match shape.tagging {
        _ if variant.untagged => forms_without_tag(variant, enclosing),
        Tagging::Untagged => forms_without_tag(variant, enclosing),
        Tagging::External if matches!(variant.fields, Fields::Unit) => vec![JsonForm::Name(names)],
        Tagging::External => vec![JsonForm::Object(single_member(names, variant.fields))],
        Tagging::Adjacent { tag, content, deny_unknown } => {
            let member = |name| NameSet { name, aliases: &[], other: false };
            let mut members = vec![member(tag).with(ValueForm::AdjacentTag(names))];
            if !matches!(variant.fields, Fields::Unit) {
                members.push(member(content).with(ValueForm::Content(variant.fields)));
            }
            vec![JsonForm::Object(ObjectForm { members, rest: None, closed: deny_unknown, listed: true })]
        }
        Tagging::Internal { tag } => {
            let tag = NameSet { name: tag, aliases: &[], other: false };
            let tag = tag.with(ValueForm::Tag(names, i128::try_from(nth).unwrap_or(i128::MAX)));
            let with_tag = |form| {
                let mut object = members_of(form)?;
                object.members.insert(0, tag);
                Some(JsonForm::Object(object))
            };
            forms_of_fields(variant.fields, true, enclosing).into_iter().filter_map(with_tag).collect()
        }
    }
}

/// Returns a variant as an object with one member.
fn single_member(names: NameSet, fields: Fields) -> ObjectForm {
    ObjectForm {
        members: vec![names.with(ValueForm::Content(fields))],
        rest: None,
        closed: true,
        listed: false,
    }
}

/// Returns the members of a form that is flattened or has a tag; `None` if the form is not an
/// object.
fn members_of(form: JsonForm) -> Option<ObjectForm> {
    match form {
        JsonForm::Object(object) => Some(object),
        JsonForm::Name(names) => Some(single_member(names, Fields::Unit)),
        JsonForm::Null => Some(ObjectForm { listed: true, ..ObjectForm::default() }),
        JsonForm::Any => Some(ObjectForm { rest: Some(OpenMembers::Anything), ..ObjectForm::default() }),
        _ => None,
    }
}

/// The most combinations of the forms of flattened enums that are compared one by one.
const MAX_OBJECTS: usize = 256;

/// Returns the forms of named fields. There are several if an enum or an `Option` is flattened.
fn objects(fields: &'static [Field], closed: bool, listed: bool, enclosing: &mut Enclosing) -> Vec<JsonForm> {
    let listed = listed && !fields.iter().any(|field| field.flatten);
    let members = fields.iter().filter(|field| !field.flatten).map(MemberForm::of).collect();
    let mut all = vec![ObjectForm { members, rest: None, closed, listed }];
    for field in fields.iter().filter(|field| field.flatten) {
        let forms: Vec<_> = forms(field.ty.get(), enclosing)
            .into_iter()
            .filter_map(members_of)
            .map(|inner| (inner.members, inner.rest))
            .collect();
        if forms.is_empty() {
            continue;
        }
        if all.len().saturating_mul(forms.len()) > MAX_OBJECTS {
            for object in &mut all {
                object.rest = Some(OpenMembers::Anything);
            }
            continue;
        }
        let with = |object: &ObjectForm| {
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
    all.into_iter().map(JsonForm::Object).collect()
}

/// Returns whether a map's key is read from a name.
fn is_key(key: &'static TypeSchema, name: &str) -> bool {
    match key.unwrapped().shape {
        Shape::Enum(shape) => shape.variants.iter().any(|variant| NameSet::of(variant).reads(name)),
        Shape::Int(_) | Shape::NonZero(_) => name.parse::<i128>().is_ok(),
        Shape::Bool => matches!(name, "true" | "false"),
        Shape::Char => name.chars().count() == 1,
        Shape::Formatted(format) => (format.accepts)(name),
        _ => true,
    }
}

/// A relation between the form of a reader and the form of a writer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Relation {
    /// The reader accepts some JSON of the writer.
    Reads,
    /// The reader accepts some JSON of the writer and then writes it differently.
    Changes,
}

/// A relation between a reader's and a writer's type.
type TypeRelation = (Relation, TypeId, TypeId);

/// Compares the forms of a reader with those of a writer.
#[derive(Default)]
struct Comparison {
    /// The relations that hold.
    known: HashSet<TypeRelation>,
    /// The relations that were examined in this round.
    examined: HashSet<TypeRelation>,
}

impl Comparison {
    fn types(&mut self, relation: Relation, read: &'static TypeSchema, write: &'static TypeSchema) -> bool {
        if relation == Relation::Changes && read == write {
            return false;
        }
        let types = (relation, read.id, write.id);
        if self.known.contains(&types) {
            return true;
        }
        if !self.examined.insert(types) {
            return false;
        }
        let holds =
            self.any(relation, &forms(read, &mut Enclosing::new()), &forms(write, &mut Enclosing::new()));
        if holds {
            self.known.insert(types);
        }
        holds
    }

    fn values(&mut self, relation: Relation, read: ValueForm, write: ValueForm) -> bool {
        match (read, write) {
            (ValueForm::Type(read), ValueForm::Type(write)) => self.types(relation, read, write),
            _ => self.any(relation, &read.forms(), &write.forms()),
        }
    }

    fn any(&mut self, relation: Relation, reads: &[JsonForm], writes: &[JsonForm]) -> bool {
        reads.iter().any(|read| {
            writes.iter().any(|write| match relation {
                Relation::Reads => self.reads(read, write),
                Relation::Changes => self.changes(read, write),
            })
        })
    }

    /// Returns whether some JSON of the form `write` is read where the form `read` is expected.
    fn reads(&mut self, read: &JsonForm, write: &JsonForm) -> bool {
        match (read, write) {
            (JsonForm::Int(min, max), JsonForm::Int(low, high)) => min <= high && low <= max,
            (
                JsonForm::Name(read) | JsonForm::Tag(read, _),
                JsonForm::Name(write) | JsonForm::Tag(write, _),
            ) => read.reads(write.name),
            (JsonForm::Tag(read, Some(position)), JsonForm::Int(low, high)) => {
                read.other || (low <= position && position <= high)
            }
            // A float is also read from an integer. JavaScript writes whole floats without a point,
            // so an integer is also read from a float. An empty list fits every list.
            (JsonForm::Any, _)
            | (_, JsonForm::Any)
            | (JsonForm::Null, JsonForm::Null)
            | (JsonForm::Bool, JsonForm::Bool)
            | (JsonForm::Float(_), JsonForm::Float(_) | JsonForm::Int(..))
            | (JsonForm::Int(..), JsonForm::Float(_))
            | (JsonForm::Text | JsonForm::Name(_) | JsonForm::Tag(..), JsonForm::Text)
            | (JsonForm::Text, JsonForm::Name(_) | JsonForm::Tag(..))
            | (JsonForm::List(_), JsonForm::List(_)) => true,
            (JsonForm::List(item), JsonForm::Tuple(items)) => {
                items.iter().all(|write| self.types(Relation::Reads, item, write.ty))
            }
            (JsonForm::Tuple(items), JsonForm::List(item)) => {
                let items = items.iter().map(|read| (ValueForm::Type(read.ty), read.default));
                self.list(&items.collect::<Vec<_>>(), item)
            }
            (JsonForm::Tuple(reads), JsonForm::Tuple(writes)) => {
                let reads = reads.iter().map(|read| (ValueForm::Type(read.ty), read.default));
                self.tuple(&reads.collect::<Vec<_>>(), writes)
            }
            (JsonForm::Object(ObjectForm { members, listed: true, .. }), JsonForm::List(item)) => {
                let members = members.iter().map(|member| (member.value, member.default));
                self.list(&members.collect::<Vec<_>>(), item)
            }
            (JsonForm::Object(ObjectForm { members, listed: true, .. }), JsonForm::Tuple(items)) => {
                let members = members.iter().map(|member| (member.value, member.default));
                self.tuple(&members.collect::<Vec<_>>(), items)
            }
            (JsonForm::Name(names), JsonForm::Object(write)) => {
                self.objects(&single_member(*names, Fields::Unit), write)
            }
            (JsonForm::Object(read), JsonForm::Object(write)) => self.objects(read, write),
            _ => false,
        }
    }

    /// Returns whether items are read from a list of any length. The flag of an item means that it
    /// may be missing at the end.
    fn list(&mut self, reads: &[(ValueForm, bool)], item: &'static TypeSchema) -> bool {
        let needed = reads.iter().rposition(|(_, default)| !default).map_or(0, |last| last + 1);
        reads[..needed].iter().all(|(read, _)| self.values(Relation::Reads, *read, ValueForm::Type(item)))
    }

    fn tuple(&mut self, reads: &[(ValueForm, bool)], writes: &[ItemForm]) -> bool {
        reads.len() >= writes.len()
            && reads[writes.len()..].iter().all(|(_, default)| *default)
            && reads
                .iter()
                .zip(writes)
                .all(|((read, _), write)| self.values(Relation::Reads, *read, ValueForm::Type(write.ty)))
    }

    fn objects(&mut self, read: &ObjectForm, write: &ObjectForm) -> bool {
        let fits = |read: &MemberForm, write: &MemberForm| read.names.reads(write.names.name);
        let members = read.members.iter().all(|member| {
            let mut known = write.members.iter().filter(|write| fits(member, write));
            // serde refuses an object with two names of one member.
            let twice = known.clone().filter(|write| !write.left_out).nth(1).is_some();
            !twice
                && known.next().map_or(member.optional, |write| {
                    self.values(Relation::Reads, member.value, write.value)
                        || (write.left_out && member.optional)
                })
        });
        let accounted =
            |write: &MemberForm| write.left_out || read.members.iter().any(|read| fits(read, write));
        members
            && write.members.iter().filter(|write| !accounted(write)).all(|write| match read.rest {
                Some(OpenMembers::Map { key, value }) => {
                    is_key(key, write.names.name)
                        && self.values(Relation::Reads, ValueForm::Type(value), write.value)
                }
                Some(OpenMembers::Anything) => true,
                None => !read.closed,
            })
    }

    /// Returns whether some JSON of the form `write` is read where the form `read` is expected, and
    /// then written differently.
    fn changes(&mut self, read: &JsonForm, write: &JsonForm) -> bool {
        if matches!((read, write), (JsonForm::Any, _) | (_, JsonForm::Any)) || !self.reads(read, write) {
            return false;
        }
        match (read, write) {
            (
                JsonForm::Name(read) | JsonForm::Tag(read, _),
                JsonForm::Name(write) | JsonForm::Tag(write, _),
            ) => read.name != write.name,
            (JsonForm::List(read), JsonForm::List(write)) => self.types(Relation::Changes, read, write),
            (JsonForm::List(item), JsonForm::Tuple(items)) => {
                items.iter().any(|write| self.types(Relation::Changes, item, write.ty))
            }
            (JsonForm::Tuple(items), JsonForm::List(item)) => {
                items.iter().any(|read| read.default || self.types(Relation::Changes, read.ty, item))
            }
            (JsonForm::Tuple(reads), JsonForm::Tuple(writes)) => {
                reads.len() != writes.len()
                    || reads
                        .iter()
                        .zip(writes)
                        .any(|(read, write)| self.types(Relation::Changes, read.ty, write.ty))
            }
            (JsonForm::Object(read), JsonForm::Object(write)) => self.object_changes(read, write),
            // These forms are written differently: an `f32` loses digits of an `f64`, a float adds
            // a point to an integer, an integer loses the point of a float, a struct writes members
            // instead of the items of a list, and a tag is written as a name instead of an index.
            (JsonForm::Float(FloatKind::F32), JsonForm::Float(FloatKind::F64))
            | (JsonForm::Float(_) | JsonForm::Tag(..), JsonForm::Int(..))
            | (JsonForm::Int(..), JsonForm::Float(_))
            | (_, JsonForm::Object(_))
            | (JsonForm::Object(_), _) => true,
            _ => false,
        }
    }

    /// Returns the same for two objects of which `read` accepts `write`.
    fn object_changes(&mut self, read: &ObjectForm, write: &ObjectForm) -> bool {
        let of =
            |write: &MemberForm| read.members.iter().find(|read| read.names.reads(write.names.name)).copied();
        let member_changes = write.members.iter().any(|member| match (of(member), read.rest) {
            (Some(known), _) => {
                known.names.name != member.names.name
                    || self.values(Relation::Changes, known.value, member.value)
            }
            (None, Some(OpenMembers::Map { value, .. })) => {
                self.values(Relation::Changes, ValueForm::Type(value), member.value)
            }
            (None, Some(OpenMembers::Anything)) => false,
            (None, None) => !read.closed,
        });
        let is_added = |known: &MemberForm| {
            !known.left_out && !write.members.iter().any(|write| known.names.reads(write.names.name))
        };
        let rest_changes = match (read.rest, write.rest) {
            (Some(OpenMembers::Map { value, .. }), Some(OpenMembers::Map { value: other, .. })) => {
                self.types(Relation::Changes, value, other)
            }
            (None, Some(OpenMembers::Map { .. })) => !read.closed,
            _ => false,
        };
        member_changes || read.members.iter().any(is_added) || rest_changes
    }
}
