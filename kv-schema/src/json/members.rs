//! Objects: the members of structs, flattened ones among them, and keys of maps.

use super::document::Token;
use super::error::shown;
use super::ruled::Rules;
use super::scan::Scan;
use super::shape::{MUST_BE_OBJECT, Node, Shapes, is};
use super::variants::variant_named;
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::{Enum, Field, Fields, IntKind, Shape, Tagging, TypeSchema, Variant};
use crate::wire;
use std::collections::HashSet;
use std::fmt;

/// The members that no field has taken yet.
type Left = Vec<Option<usize>>;

/// The keys of a map that came before, where different names can be the same key.
#[derive(Debug, Default)]
pub(super) struct Keys {
    variants: Vec<&'static str>,
    /// Identities of formatted keys.
    values: HashSet<u64>,
    has_zero: bool,
}

/// How many fields' names are compared in a step: most differ in length.
pub(super) const FIELDS_A_STEP: usize = 16;

impl Shapes<'_, '_> {
    /// What stands for the fields of a struct, or of a variant under its name.
    pub(super) fn fields(&mut self, fields: &Fields, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        match *fields {
            Fields::Unit => is(matches!(self.token(node), Token::Null), "must be null", v),
            Fields::Newtype { field, .. } => {
                let rules = [field.rules];
                return self.value(field.ty.get(), Rules::new(&rules), node, v);
            }
            Fields::Tuple(fields) => return self.tuple(fields, node, v),
            Fields::Named { fields, deny_unknown } => {
                if !self.is_object(node) {
                    v.report(TYPE, &[], MUST_BE_OBJECT);
                    return Ok(());
                }
                return self.named(fields, deny_unknown, node, v);
            }
        }
        Ok(())
    }

    /// The members of an object for fields, in the order of the fields.
    fn named(
        &mut self,
        fields: &'static [Field],
        deny_unknown: bool,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let flattens = fields.iter().any(|field| field.flatten);
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for member in self.members(node) {
            match self.field_of(fields, taken.last(), member)? {
                Some(index) => taken.push((index, member)),
                None if flattens || deny_unknown => left.push(Some(member)),
                None => {}
            }
        }
        if flattens {
            let strangers = still(&left);
            self.charge_buffer(Node::Object(&strangers))?;
        }
        self.in_order(fields, taken, &mut left, v)?;
        if deny_unknown {
            for member in left.iter().flatten() {
                let name = self.name(*member)?;
                self.charge(name.len())?;
                unknown(&name, v);
            }
        }
        Ok(())
    }

    /// The field that a member is read as, where `last` is that of the member before it.
    fn field_of(
        &mut self,
        fields: &[Field],
        last: Option<&(usize, usize)>,
        member: usize,
    ) -> Scan<Option<usize>> {
        let name = self.name(member)?;
        self.charge(fields.len() / FIELDS_A_STEP)?;
        Ok(field_named(fields, &name, last.map_or(0, |(index, _)| index + 1)))
    }

    /// The members that were taken for fields, each with the field's index, and flattened fields out of those that are
    /// left.
    fn in_order(
        &mut self,
        fields: &'static [Field],
        mut taken: Vec<(usize, usize)>,
        left: &mut Left,
        v: &mut Validator<'_>,
    ) -> Scan {
        if !taken.is_sorted() {
            taken.sort_unstable();
        }
        let mut taken = taken.into_iter().peekable();
        for (index, field) in fields.iter().enumerate() {
            let rules = [field.rules];
            if field.flatten {
                self.flat(field.ty.get(), Rules::new(&rules), left, v)?;
            }
            let mut is_there = field.flatten || field.is_optional();
            let mut is_second = false;
            while let Some((_, member)) = taken.next_if(|(of, _)| *of == index) {
                let name = self.name(member)?;
                let v = &mut v.member(&name);
                if is_second {
                    v.report(TYPE, &[], ANOTHER_NAME);
                }
                self.value(field.ty.get(), Rules::new(&rules), Node::At(member + 1), v)?;
                (is_there, is_second) = (true, true);
            }
            if !is_there {
                v.member(field.name).report(TYPE, &[], "must be there");
            }
            if self.has_failed(v) {
                break;
            }
        }
        Ok(())
    }

    /// A flattened field, out of the members that its parent has no field for. Source: serde's `FlatMapDeserializer`.
    ///
    /// Structs without flattened fields of their own, and externally and adjacently tagged enums, take their members;
    /// all others only look at them, and leave them for the next.
    fn flat(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'_>,
        left: &mut Left,
        v: &mut Validator<'_>,
    ) -> Scan {
        self.charge(1 + left.len())?;
        match schema.shape {
            // Serde takes it for nothing when anything inside is wrong, or nothing is there.
            Shape::Option(inner) if self.concerns(inner.get(), left)? => {
                self.flat(inner.get(), rules, left, v)
            }
            Shape::Option(_) | Shape::Unit | Shape::Struct(Fields::Unit) => Ok(()),
            Shape::Json => self.any(Node::Object(&still(left)), v),
            Shape::Struct(Fields::Newtype { field, .. }) => {
                let rules = [field.rules];
                self.flat(field.ty.get(), Rules::new(&rules), left, v)
            }
            Shape::Struct(Fields::Named { fields, .. }) if !fields.iter().any(|field| field.flatten) => {
                self.buffered(false, |shapes| shapes.take_fields(fields, left, v))
            }
            Shape::Enum(all) if !all.variants.iter().any(|variant| variant.untagged) => match all.tagging {
                Tagging::External => self.buffered(false, |shapes| shapes.take_variant(&all, left, v)),
                Tagging::Adjacent { tag, content, .. } => {
                    let mut taken = Vec::new();
                    for slot in left {
                        let Some(member) = *slot else { continue };
                        let name = self.name(member)?;
                        if name == tag || name == content {
                            taken.push(member);
                            *slot = None;
                        }
                    }
                    // What else there is concerns others.
                    self.adjacent(&all, (tag, content, false), Node::Object(&taken), v)
                }
                Tagging::Internal { .. } | Tagging::Untagged => self.flat_view(schema, rules, left, v),
            },
            Shape::Map { .. } | Shape::Struct(Fields::Named { .. }) | Shape::Enum(_) => {
                self.flat_view(schema, rules, left, v)
            }
            _ => {
                v.report(TYPE, &[], format_args!("must hold the members of a {schema}, which has none"));
                Ok(())
            }
        }
    }

    /// A flattened field that looks at all members that are left.
    fn flat_view(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'_>,
        left: &Left,
        v: &mut Validator<'_>,
    ) -> Scan {
        self.buffered(true, |shapes| shapes.value(schema, rules, Node::Object(&still(left)), v))
    }

    /// Whether a member is left that a flattened type reads as its own.
    fn concerns(&mut self, schema: &'static TypeSchema, left: &Left) -> Scan<bool> {
        let Some(names) = wire::own_names(schema) else { return Ok(left.iter().any(Option::is_some)) };
        self.charge(names.len())?;
        for member in left.iter().flatten() {
            let name = self.name(*member)?;
            self.charge(names.len() / FIELDS_A_STEP)?;
            if names.contains(&&*name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take_fields(&mut self, fields: &'static [Field], left: &mut Left, v: &mut Validator<'_>) -> Scan {
        let mut taken = Vec::new();
        for slot in left.iter_mut() {
            let Some(member) = *slot else { continue };
            if let Some(index) = self.field_of(fields, taken.last(), member)? {
                taken.push((index, member));
                *slot = None;
            }
        }
        self.in_order(fields, taken, left, v)
    }

    /// The member that names a variant, of which there must be one. An unknown name is not that of `#[serde(other)]`: it
    /// may be another field's.
    fn take_variant(&mut self, all: &Enum, left: &mut Left, v: &mut Validator<'_>) -> Scan {
        let mut is_there = false;
        for slot in left {
            let Some(member) = *slot else { continue };
            let name = self.name(member)?;
            let known = |variant: &&Variant| variant.name == name || variant.aliases.contains(&&*name);
            self.charge(all.variants.len() / FIELDS_A_STEP)?;
            let Some(variant) = all.variants.iter().find(known) else { continue };
            *slot = None;
            let v = &mut v.member(&name);
            if is_there {
                // Serde would read the first one and drop this.
                v.report(TYPE, &[], "must be left out: another variant is there already");
            } else {
                self.fields(&variant.fields, Node::At(member + 1), v)?;
            }
            is_there = true;
        }
        if !is_there {
            v.report(TYPE, &[], format_args!("must have a member called {}", names(all)));
        }
        Ok(())
    }

    /// Whether a name is a key of a map, and none of those that came before it.
    pub(super) fn key(
        &mut self,
        schema: &'static TypeSchema,
        name: &str,
        seen: &mut Keys,
    ) -> Scan<Result<(), Unfit>> {
        let is_new = |is_new: bool| if is_new { Ok(()) } else { Err(Unfit::Twice) };
        let fits = |fits: bool| if fits { Ok(()) } else { Err(Unfit::Form) };
        Ok(match schema.shape {
            Shape::String | Shape::Json => Ok(()),
            Shape::Char => fits(name.chars().count() == 1),
            Shape::Bool => fits(matches!(name, "true" | "false")),
            Shape::Int(kind) => fits(is_integer(kind, name)).and_then(|()| {
                // Of 128 bits, zero may have a sign.
                let is_zero = matches!(name, "0" | "-0");
                is_new(!is_zero || !std::mem::replace(&mut seen.has_zero, true))
            }),
            Shape::NonZero(kind) => fits(is_integer(kind, name) && name.trim_start_matches('-') != "0"),
            Shape::Formatted(format) => {
                self.charge(name.len())?;
                let identity = (format.identity)(name).ok_or(Unfit::Form);
                identity.and_then(|identity| is_new(seen.values.insert(identity)))
            }
            Shape::Struct(Fields::Newtype { field, .. }) => return self.key(field.ty.get(), name, seen),
            Shape::Enum(Enum { tagging: Tagging::External, variants }) => {
                let variant = variant_named(variants, name).ok_or(Unfit::Form);
                variant.and_then(|variant| {
                    if seen.variants.contains(&variant.rust_name) {
                        return Err(Unfit::Twice);
                    }
                    seen.variants.push(variant.rust_name);
                    Ok(())
                })
            }
            _ => Err(Unfit::Form),
        })
    }
}

/// Why a name is no key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unfit {
    /// It is no text of the key's type.
    Form,
    /// It is another name of a key that is there already.
    Twice,
}

impl Unfit {
    pub(super) fn report(self, key: &'static TypeSchema, v: &mut Validator<'_>) {
        match self {
            Self::Twice => v.report(TYPE, &[], ANOTHER_NAME),
            Self::Form => {
                v.report(TYPE, &[], format_args!("must be left out: its name is no {}", inside(key)));
            }
        }
    }
}

/// What a newtype holds, however deep: a key is said to be of that type.
fn inside(schema: &'static TypeSchema) -> &'static TypeSchema {
    match schema.shape {
        Shape::Struct(Fields::Newtype { field, .. }) => inside(field.ty.get()),
        _ => schema,
    }
}

const ANOTHER_NAME: &str = "must be left out: it is another name of what is there already";

/// Whether a name is a number of the kind, as JSON writes it. It is text, which nobody rounds.
fn is_integer(kind: IntKind, name: &str) -> bool {
    let digits = name.strip_prefix('-').unwrap_or(name);
    let is_json = matches!(digits.as_bytes(), [b'0'] | [b'1'..=b'9', ..])
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    let (min, max) = kind.range();
    is_json
        && (name != "-0" || kind == IntKind::I128)
        && match name.parse::<i128>() {
            Ok(number) => min <= number && number <= max,
            Err(_) => kind == IntKind::U128 && name.parse::<u128>().is_ok(),
        }
}

/// The field that a member is read as. Most come in the order of the fields, so that is looked first where the next one
/// is.
fn field_named(fields: &[Field], name: &str, next: usize) -> Option<usize> {
    let is_named = |field: &Field| !field.flatten && (field.name == name || field.aliases.contains(&name));
    match fields.get(next) {
        Some(field) if is_named(field) => Some(next),
        _ => fields.iter().position(is_named),
    }
}

fn unknown(name: &str, v: &mut Validator<'_>) {
    v.member(name).report(TYPE, &[], "must be left out: there is no such member");
}

fn still(left: &Left) -> Vec<usize> {
    left.iter().flatten().copied().collect()
}

/// The names of an enum's variants, as far as a sentence holds them. They are written only where they are shown.
pub(super) fn names(all: &Enum) -> impl fmt::Display {
    const FEW: usize = 20;
    let variants = all.variants;
    fmt::from_fn(move |f| {
        let tagged = variants.iter().filter(|variant| !variant.untagged);
        for (nth, variant) in tagged.take(FEW + 1).enumerate() {
            f.write_str(if nth > 0 { ", " } else { "" })?;
            match nth {
                FEW => f.write_str("…")?,
                _ => write!(f, "{:?}", shown(variant.name))?,
            }
        }
        Ok(())
    })
}
