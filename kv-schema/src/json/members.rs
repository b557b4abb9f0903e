//! Objects: the members of structs, flattened ones among them, and keys of maps.

use super::document::Token;
use super::error::shown;
use super::scan::Scan;
use super::shape::{MUST_BE_OBJECT, Node, Shapes, is};
use super::variants::variant_named;
use crate::check::{Pass, Validator};
use crate::rule::TYPE;
use crate::ty::{Enum, Field, Fields, IntKind, Shape, Tagging, TypeSchema};
use std::borrow::Cow;
use std::collections::HashSet;

/// The fields that were there.
#[derive(Default)]
struct Seen {
    /// A bit for each of the first 64, which are all that most types have.
    first: u64,
    others: HashSet<usize>,
}

impl Seen {
    /// Notes one, and says whether it is new.
    fn insert(&mut self, at: usize) -> bool {
        if at >= 64 {
            return self.others.insert(at);
        }
        let is_new = !self.has(at);
        self.first |= 1 << at;
        is_new
    }

    fn has(&self, at: usize) -> bool {
        if at < 64 { self.first >> at & 1 == 1 } else { self.others.contains(&at) }
    }
}

/// The members that nobody has taken yet.
type Left = Vec<Option<usize>>;

impl Shapes<'_, '_> {
    /// What stands for the fields of a struct, or of a variant under its name.
    pub(super) fn fields(&mut self, fields: &Fields, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        match *fields {
            Fields::Unit => is(matches!(self.token(node), Token::Null), "must be null", v),
            Fields::Newtype { field, .. } => return self.value(field.ty.get(), field.rules, node, v),
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

    /// The members of an object for fields.
    fn named(
        &mut self,
        fields: &'static [Field],
        deny_unknown: bool,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let flattens = fields.iter().any(|field| field.flatten);
        let mut seen = Seen::default();
        let mut next = 0;
        let mut left = Vec::new();
        for member in self.members(node) {
            let name = self.document.name(member);
            match field_named(fields, &name, next) {
                Some(index) => {
                    next = index + 1;
                    self.member(&fields[index], seen.insert(index), member, &mut v.member(&name))?;
                }
                None if flattens => left.push(Some(member)),
                None if deny_unknown => unknown(&name, v),
                None => {}
            }
        }
        all_there(fields, &seen, v);
        for field in fields.iter().filter(|field| field.flatten) {
            self.flat(field.ty.get(), &mut left, v)?;
        }
        if flattens && deny_unknown {
            left.iter().flatten().for_each(|member| unknown(&self.document.name(*member), v));
        }
        Ok(())
    }

    /// A member for a field: at most one for each, whichever of its names it goes by.
    fn member(
        &mut self,
        field: &'static Field,
        is_first: bool,
        member: usize,
        v: &mut Validator<'_>,
    ) -> Scan {
        if !is_first {
            v.report(
                TYPE,
                &[],
                format_args!("must be left out: it is another name of what is there already"),
            );
        }
        self.value(field.ty.get(), field.rules, Node::At(member + 1), v)
    }

    /// A flattened field, out of the members that its parent has no field for. Source: serde's `FlatMapDeserializer`.
    ///
    /// Structs without flattened fields of their own, and externally and adjacently tagged enums, take their members;
    /// all others only look at them, and leave them for the next.
    fn flat(&mut self, schema: &'static TypeSchema, left: &mut Left, v: &mut Validator<'_>) -> Scan {
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
                    let is_own = |name: &str| name == tag || name == content;
                    let taken: Vec<_> = left
                        .iter_mut()
                        .filter_map(|slot| slot.take_if(|member| is_own(&self.document.name(*member))))
                        .collect();
                    // What else there is concerns others.
                    self.adjacent(&all, (tag, content, false), Node::Object(&taken), v)
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
    fn take_fields(&mut self, fields: &'static [Field], left: &mut Left, v: &mut Validator<'_>) -> Scan {
        let mut seen = Seen::default();
        let before = v.reported();
        for slot in left {
            let Some(member) = *slot else { continue };
            let name = self.document.name(member);
            if let Some(index) = field_named(fields, &name, 0) {
                *slot = None;
                self.member(&fields[index], seen.insert(index), member, &mut v.member(&name))?;
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
    fn take_variant(&mut self, all: &Enum, left: &mut Left, v: &mut Validator<'_>) -> Scan {
        let known = |name: &str| {
            all.variants.iter().find(|variant| variant.name == name || variant.aliases.contains(&name))
        };
        let found = left.iter_mut().find_map(|slot| {
            let variant = slot.and_then(|member| known(&self.document.name(member)))?;
            Some((variant, slot.take()?))
        });
        match found {
            Some((variant, member)) => {
                let name = self.document.name(member);
                self.fields(&variant.fields, Node::At(member + 1), &mut v.member(&name))
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

/// The field that a member is read as. Most come in the order of the fields, so that is looked first where the next one
/// is.
fn field_named(fields: &[Field], name: &str, next: usize) -> Option<usize> {
    let is_named = |field: &Field| !field.flatten && (field.name == name || field.aliases.contains(&name));
    match fields.get(next) {
        Some(field) if is_named(field) => Some(next),
        _ => fields.iter().position(is_named),
    }
}

/// Asks for the fields that nobody does without.
fn all_there(fields: &'static [Field], seen: &Seen, v: &mut Validator<'_>) {
    for (at, field) in fields.iter().enumerate() {
        if !seen.has(at) && !field.flatten && !field.is_optional() {
            v.member(field.name).report(TYPE, &[], "must be there");
        }
    }
}

fn unknown(name: &str, v: &mut Validator<'_>) {
    v.member(name).report(TYPE, &[], "must be left out: there is no such member");
}

fn still(left: &Left) -> Vec<usize> {
    left.iter().flatten().copied().collect()
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
