//! Objects: the members of structs, flattened ones among them, and keys of maps.

use super::error::shown;
use super::grammar::Member;
use super::scan::Scan;
use super::shape::{MUST_BE_OBJECT, Node, Shapes, is};
use super::variants::variant_named;
use crate::check::{Pass, Validator};
use crate::rule::TYPE;
use crate::ty::{Enum, Field, Fields, IntKind, Shape, Tagging, TypeSchema};
use std::borrow::Cow;

/// The members that nobody has taken yet.
type Left<'a> = Vec<Option<Member<'a>>>;

impl<'a> Shapes<'_, 'a> {
    /// What stands for the fields of a struct, or of a variant under its name.
    pub(super) fn fields(&mut self, fields: &Fields, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
        match *fields {
            Fields::Unit => is(self.is_null(node)?, "must be null", v),
            Fields::Newtype { field, .. } => return self.value(field.ty.get(), field.rules, node, v),
            Fields::Tuple(fields) => return self.tuple(fields, node, v),
            Fields::Named { fields, deny_unknown } => {
                if !self.is_object(node)? {
                    v.report(TYPE, &[], MUST_BE_OBJECT);
                    return Ok(());
                }
                let members = self.members(node)?;
                return self.named(fields, deny_unknown, &members, v);
            }
        }
        Ok(())
    }

    /// The members of an object for fields.
    pub(super) fn named(
        &mut self,
        fields: &'static [Field],
        deny_unknown: bool,
        members: &[Member<'a>],
        v: &mut Validator<'_>,
    ) -> Scan {
        let flattens = fields.iter().any(|field| field.flatten);
        let mut seen = vec![false; fields.len()];
        let mut left = Vec::new();
        for member in members {
            match field_named(fields, &member.name) {
                Some(index) => self.member(fields, index, &mut seen, member, v)?,
                None if flattens => left.push(Some(member.clone())),
                None if deny_unknown => unknown(member, v),
                None => {}
            }
        }
        all_there(fields, &seen, v);
        for field in fields.iter().filter(|field| field.flatten) {
            self.flat(field.ty.get(), &mut left, v)?;
        }
        if flattens && deny_unknown {
            left.iter().flatten().for_each(|member| unknown(member, v));
        }
        Ok(())
    }

    /// A member for a field: at most one for each, whichever of its names it goes by.
    fn member(
        &mut self,
        fields: &'static [Field],
        index: usize,
        seen: &mut [bool],
        member: &Member<'a>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let field = &fields[index];
        let v = &mut v.member(&member.name);
        if std::mem::replace(&mut seen[index], true) {
            v.report(
                TYPE,
                &[],
                format_args!("must be left out: it is another name of what is there already"),
            );
        }
        self.value(field.ty.get(), field.rules, Node::At(member.at), v)
    }

    /// A flattened field, out of the members that its parent has no field for. Source: serde's `FlatMapDeserializer`.
    ///
    /// Structs without flattened fields of their own, and externally and adjacently tagged enums, take their members;
    /// all others only look at them, and leave them for the next.
    fn flat(&mut self, schema: &'static TypeSchema, left: &mut Left<'a>, v: &mut Validator<'_>) -> Scan {
        match schema.shape {
            // Whatever is wrong inside, it is then nothing.
            Shape::Option(inner) => {
                self.tries(v, |shapes, v| shapes.flat(inner.get(), left, v))?;
                Ok(())
            }
            Shape::Unit | Shape::Json | Shape::Struct(Fields::Unit) => Ok(()),
            Shape::Struct(Fields::Newtype { field, .. }) => self.flat(field.ty.get(), left, v),
            Shape::Struct(Fields::Named { fields, .. }) if !fields.iter().any(|field| field.flatten) => {
                self.take_fields(fields, left, v)
            }
            Shape::Enum(all) if !all.variants.iter().any(|variant| variant.untagged) => match all.tagging {
                Tagging::External => self.take_variant(&all, left, v),
                Tagging::Adjacent { tag, content, .. } => {
                    let is_own = |member: &Member<'_>| member.name == tag || member.name == content;
                    let taken: Vec<_> =
                        left.iter_mut().filter_map(|slot| slot.take_if(|member| is_own(member))).collect();
                    // What else there is concerns others.
                    self.adjacent(&all, (tag, content, false), &taken, v)
                }
                Tagging::Internal { .. } | Tagging::Untagged => {
                    self.value(schema, &[], Node::Object(&still(left)), v)
                }
            },
            Shape::Map { .. } | Shape::Struct(Fields::Named { .. }) | Shape::Enum(_) => {
                self.value(schema, &[], Node::Object(&still(left)), v)
            }
            _ => {
                v.report(TYPE, &[], format_args!("must hold the members of a {schema}, which has none"));
                Ok(())
            }
        }
    }

    /// Members are taken as they come. For what is only tried, up to the first that is wrong, as serde does.
    fn take_fields(&mut self, fields: &'static [Field], left: &mut Left<'a>, v: &mut Validator<'_>) -> Scan {
        let mut seen = vec![false; fields.len()];
        let before = v.reported();
        for slot in left {
            let index = slot.as_ref().and_then(|member| field_named(fields, &member.name));
            if let Some(index) = index
                && let Some(member) = slot.take()
            {
                self.member(fields, index, &mut seen, &member, v)?;
                if v.pass() == Pass::Probing && v.reported() > before {
                    return Ok(());
                }
            }
        }
        all_there(fields, &seen, v);
        Ok(())
    }

    /// The first member that names a variant. An unknown name is not that of `#[serde(other)]`: it may be another
    /// field's.
    fn take_variant(&mut self, all: &Enum, left: &mut Left<'a>, v: &mut Validator<'_>) -> Scan {
        let known = |name: &str| {
            all.variants.iter().find(|variant| variant.name == name || variant.aliases.contains(&name))
        };
        let found = left.iter_mut().find_map(|slot| {
            let variant = slot.as_ref().and_then(|member| known(&member.name))?;
            Some((variant, slot.take()?))
        });
        match found {
            Some((variant, member)) => {
                self.content(variant, Node::At(member.at), &mut v.member(&member.name))
            }
            None => {
                v.report(TYPE, &[], format_args!("must have a member called {}", names(all)));
                Ok(())
            }
        }
    }
}

/// A name for a key of a map, beside those that came before it.
pub(super) fn has_key(
    schema: &'static TypeSchema,
    name: &str,
    seen: &mut Vec<&'static str>,
    v: &mut Validator<'_>,
) {
    let fits = match schema.shape {
        Shape::String | Shape::Json => true,
        Shape::Char => name.chars().count() == 1,
        Shape::Bool => matches!(name, "true" | "false"),
        Shape::Int(kind) => is_integer(kind, name),
        Shape::NonZero(kind) => is_integer(kind, name) && name.trim_start_matches('-') != "0",
        Shape::Formatted(format) => (format.accepts)(name),
        Shape::Struct(Fields::Newtype { field, .. }) => return has_key(field.ty.get(), name, seen, v),
        Shape::Enum(Enum { tagging: Tagging::External, variants }) => match variant_named(variants, name) {
            Some(variant) if seen.contains(&variant.rust_name) => {
                v.report(TYPE, &[], "must be left out: it is another name of what is there already");
                true
            }
            Some(variant) => {
                seen.push(variant.rust_name);
                true
            }
            None => false,
        },
        _ => false,
    };
    if !fits {
        v.report(TYPE, &[], format_args!("must be left out: its name is no {schema}"));
    }
}

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

/// The field that a member is read as.
fn field_named(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| !field.flatten && (field.name == name || field.aliases.contains(&name)))
}

/// Asks for the fields that nobody does without.
fn all_there(fields: &'static [Field], seen: &[bool], v: &mut Validator<'_>) {
    for (field, seen) in fields.iter().zip(seen) {
        if !seen && !field.flatten && !field.is_optional() {
            v.member(field.name).report(TYPE, &[], "must be there");
        }
    }
}

fn unknown(member: &Member<'_>, v: &mut Validator<'_>) {
    v.member(&member.name).report(TYPE, &[], "must be left out: there is no such member");
}

fn still<'a>(left: &Left<'a>) -> Vec<Member<'a>> {
    left.iter().flatten().cloned().collect()
}

/// The names of an enum's variants, as far as a sentence holds them.
pub(super) fn names(all: &Enum) -> String {
    const FEW: usize = 20;
    let tagged = all.variants.iter().filter(|variant| !variant.untagged);
    let mut names: Vec<Cow<'_, str>> =
        tagged.take(FEW + 1).map(|variant| format!("{:?}", shown(variant.name)).into()).collect();
    if names.len() > FEW {
        names[FEW] = "…".into();
    }
    names.join(", ")
}
