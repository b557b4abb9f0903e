//! Checks objects: the members of structs, including flattened ones, and the keys of maps.

use super::document::Token;
use super::error::shown;
use super::rules::Rules;
use super::scan::Scan;
use super::shape::{Checker, MUST_BE_OBJECT, Node, require};
use super::variants::variant_named;
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::{Enum, Field, Fields, IntKind, Shape, Tagging, TypeSchema, Variant};
use crate::wire;
use std::collections::HashSet;
use std::fmt;

/// The members that are not assigned to a field yet.
type Remaining = Vec<Option<usize>>;

/// The previous keys of a map, for types of keys where different names can be the same key.
#[derive(Debug, Default)]
pub(super) struct SeenKeys {
    variants: Vec<&'static str>,
    /// Identities of formatted keys.
    values: HashSet<u64>,
    has_zero: bool,
}

/// The number of field names that are compared in one step. Most differ in length.
pub(super) const FIELDS_PER_STEP: usize = 16;

impl Checker<'_, '_> {
    /// Checks the value of a struct's or a variant's fields.
    pub(super) fn fields(&mut self, fields: &Fields, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        match *fields {
            Fields::Unit => require(matches!(self.token(node), Token::Null), "must be null", v),
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

    /// Checks the members of an object, in the order of the fields.
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
            let unknown = remaining(&left);
            self.charge_buffer(Node::Object(&unknown))?;
        }
        self.in_order(fields, taken, &mut left, v)?;
        if deny_unknown {
            for member in left.iter().flatten() {
                let name = self.name(*member)?;
                self.charge(name.len())?;
                v.member(&name).report(TYPE, &[], UNKNOWN_MEMBER);
            }
        }
        Ok(())
    }

    /// Returns the index of the field that a member is read as. `last` is the previous member and
    /// its field.
    fn field_of(
        &mut self,
        fields: &[Field],
        last: Option<&(usize, usize)>,
        member: usize,
    ) -> Scan<Option<usize>> {
        let name = self.name(member)?;
        self.charge(fields.len() / FIELDS_PER_STEP)?;
        Ok(field_named(fields, &name, last.map_or(0, |(index, _)| index + 1)))
    }

    /// Checks the assigned members, each with the index of its field, and checks flattened fields
    /// against the members that are left.
    fn in_order(
        &mut self,
        fields: &'static [Field],
        mut taken: Vec<(usize, usize)>,
        left: &mut Remaining,
        v: &mut Validator<'_>,
    ) -> Scan {
        if self.is_attempt() {
            return self.in_document_order(fields, &taken, left, v);
        }
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
                v.member(field.name).report(TYPE, &[], MUST_BE_PRESENT);
            }
        }
        Ok(())
    }

    /// Checks the same as [`in_order`](Self::in_order) in the order in which serde reads, up to the
    /// first fault: members as they come, then missing fields, then flattened fields. So an attempt
    /// is charged for all that serde reads before it fails.
    fn in_document_order(
        &mut self,
        fields: &'static [Field],
        taken: &[(usize, usize)],
        left: &mut Remaining,
        v: &mut Validator<'_>,
    ) -> Scan {
        let mut is_there: Vec<_> = fields.iter().map(|field| field.flatten || field.is_optional()).collect();
        let mut seen = vec![false; fields.len()];
        self.charge(fields.len() / FIELDS_PER_STEP)?;
        for (index, member) in taken {
            let (Some(field), Some(is_there), Some(is_second)) =
                (fields.get(*index), is_there.get_mut(*index), seen.get_mut(*index))
            else {
                continue;
            };
            if std::mem::replace(is_second, true) {
                v.report(TYPE, &[], ANOTHER_NAME);
            }
            *is_there = true;
            let rules = [field.rules];
            self.value(field.ty.get(), Rules::new(&rules), Node::At(member + 1), v)?;
            if self.has_failed(v) {
                return Ok(());
            }
        }
        if is_there.contains(&false) {
            v.report(TYPE, &[], MUST_BE_PRESENT);
            return Ok(());
        }
        for field in fields.iter().filter(|field| field.flatten) {
            let rules = [field.rules];
            self.flat(field.ty.get(), Rules::new(&rules), left, v)?;
            if self.has_failed(v) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Checks a flattened field against the members for which its parent has no field. Source:
    /// serde's `FlatMapDeserializer`.
    ///
    /// Structs without flattened fields, and externally and adjacently tagged enums, remove their
    /// members from `left`. All other types leave them for the next flattened field.
    fn flat(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'_>,
        left: &mut Remaining,
        v: &mut Validator<'_>,
    ) -> Scan {
        self.charge(1 + left.len())?;
        match schema.shape {
            // serde would read `None` if the members are invalid, so they are checked if there are
            // any.
            Shape::Option(inner) if self.concerns(inner.get(), left)? => {
                self.flat(inner.get(), rules, left, v)
            }
            Shape::Option(_) | Shape::Unit | Shape::Struct(Fields::Unit) => Ok(()),
            Shape::Json => self.any(Node::Object(&remaining(left)), v),
            Shape::Struct(Fields::Newtype { field, .. }) => {
                let rules = [field.rules];
                self.flat(field.ty.get(), Rules::new(&rules), left, v)
            }
            Shape::Struct(Fields::Named { fields, .. }) if !fields.iter().any(|field| field.flatten) => {
                self.buffered(false, |checker| checker.take_fields(fields, left, v))
            }
            Shape::Enum(all) if !all.variants.iter().any(|variant| variant.untagged) => match all.tagging {
                Tagging::External => self.buffered(false, |checker| checker.take_variant(&all, left, v)),
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
                    // Other members belong to other fields, so unknown ones are not refused.
                    self.adjacent(&all, (tag, content, false), Node::Object(&taken), v)
                }
                Tagging::Internal { .. } | Tagging::Untagged => self.flat_view(schema, rules, left, v),
            },
            Shape::Map { .. } | Shape::Struct(Fields::Named { .. }) | Shape::Enum(_) => {
                self.flat_view(schema, rules, left, v)
            }
            _ => {
                v.report(TYPE, &[], format_args!("must have the members of a {schema}, but it has none"));
                Ok(())
            }
        }
    }

    /// Checks a flattened field against all members that are left, without removing them.
    fn flat_view(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'_>,
        left: &Remaining,
        v: &mut Validator<'_>,
    ) -> Scan {
        self.buffered(true, |checker| checker.value(schema, rules, Node::Object(&remaining(left)), v))
    }

    /// Returns whether a member is left that a flattened type reads.
    fn concerns(&mut self, schema: &'static TypeSchema, left: &Remaining) -> Scan<bool> {
        let Some(names) = wire::own_names(schema) else { return Ok(left.iter().any(Option::is_some)) };
        self.charge(names.len())?;
        for member in left.iter().flatten() {
            let name = self.name(*member)?;
            self.charge(names.len() / FIELDS_PER_STEP)?;
            if names.contains(&&*name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take_fields(&mut self, fields: &'static [Field], left: &mut Remaining, v: &mut Validator<'_>) -> Scan {
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

    /// Checks the one member whose name is a variant's, and removes it from `left`. Unknown names
    /// do not select a variant with `#[serde(other)]`, because they may belong to another field.
    fn take_variant(&mut self, all: &Enum, left: &mut Remaining, v: &mut Validator<'_>) -> Scan {
        let mut is_there = false;
        for slot in left {
            let Some(member) = *slot else { continue };
            let name = self.name(member)?;
            let known = |variant: &&Variant| variant.name == name || variant.aliases.contains(&&*name);
            self.charge(all.variants.len() / FIELDS_PER_STEP)?;
            let Some(variant) = all.variants.iter().find(known) else { continue };
            *slot = None;
            let v = &mut v.member(&name);
            if is_there {
                // serde would read the first one and drop this one.
                v.report(TYPE, &[], "must be left out: another variant is already present");
            } else {
                self.fields(&variant.fields, Node::At(member + 1), v)?;
            }
            is_there = true;
        }
        if !is_there {
            v.report(TYPE, &[], format_args!("must have a member named {}", names(all)));
        }
        Ok(())
    }

    /// Checks that a name is a key of a map, and not one of the previous keys.
    pub(super) fn key(
        &mut self,
        schema: &'static TypeSchema,
        name: &str,
        seen: &mut SeenKeys,
    ) -> Scan<Result<(), InvalidKey>> {
        let is_new = |is_new: bool| if is_new { Ok(()) } else { Err(InvalidKey::Twice) };
        let fits = |fits: bool| if fits { Ok(()) } else { Err(InvalidKey::Form) };
        Ok(match schema.unwrapped().shape {
            Shape::String | Shape::Json => Ok(()),
            Shape::Char => fits(name.chars().count() == 1),
            Shape::Bool => fits(matches!(name, "true" | "false")),
            Shape::Int(kind) => fits(is_integer(kind, name)).and_then(|()| {
                // `-0` is a key of `i128`.
                let is_zero = matches!(name, "0" | "-0");
                is_new(!is_zero || !std::mem::replace(&mut seen.has_zero, true))
            }),
            Shape::NonZero(kind) => fits(is_integer(kind, name) && name.trim_start_matches('-') != "0"),
            Shape::Formatted(format) => {
                self.charge(name.len())?;
                let identity = (format.identity)(name).ok_or(InvalidKey::Form);
                identity.and_then(|identity| is_new(seen.values.insert(identity)))
            }
            Shape::Enum(Enum { tagging: Tagging::External, variants }) => {
                let variant = variant_named(variants, name).ok_or(InvalidKey::Form);
                variant.and_then(|variant| {
                    if seen.variants.contains(&variant.rust_name) {
                        return Err(InvalidKey::Twice);
                    }
                    seen.variants.push(variant.rust_name);
                    Ok(())
                })
            }
            _ => Err(InvalidKey::Form),
        })
    }
}

/// The reason why a name is not a valid key.
#[derive(Clone, Copy, Debug)]
pub(super) enum InvalidKey {
    /// The name is not a text of the key's type.
    Form,
    /// The name is another name of a previous key.
    Twice,
}

impl InvalidKey {
    pub(super) fn report(self, key: &'static TypeSchema, v: &mut Validator<'_>) {
        match self {
            Self::Twice => v.report(TYPE, &[], ANOTHER_NAME),
            Self::Form => {
                v.report(TYPE, &[], format_args!("must be left out: its name is not a {}", key.unwrapped()));
            }
        }
    }
}

pub(super) const MUST_BE_PRESENT: &str = "must be present";
pub(super) const UNKNOWN_MEMBER: &str = "must be left out: it is not a known member";
const ANOTHER_NAME: &str = "must be left out: it is another name of a member that is already present";

/// Returns whether a name is an integer in the syntax of JSON. As it is text, JavaScript does not
/// round it.
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

/// Returns the index of the field that a member is read as. Most members are in the order of the
/// fields, so the field `next` is tried first.
fn field_named(fields: &[Field], name: &str, next: usize) -> Option<usize> {
    let is_named = |field: &Field| !field.flatten && (field.name == name || field.aliases.contains(&name));
    match fields.get(next) {
        Some(field) if is_named(field) => Some(next),
        _ => fields.iter().position(is_named),
    }
}

fn remaining(left: &Remaining) -> Vec<usize> {
    left.iter().flatten().copied().collect()
}

/// Returns a value that formats the names of an enum's variants, at most 20 of them.
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
