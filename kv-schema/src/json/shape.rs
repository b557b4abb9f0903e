//! Values: whether JSON has the shape of a type.

use super::error::{Flaw, Malformed};
use super::grammar::{Document, Member};
use super::members::has_key;
use super::scan::{Kind, Scan};
use crate::check::{Pass, Validator};
use crate::field::KvField;
use crate::rule::{FINITE, INT, MAX_SAFE_INTEGER, Rule, TYPE};
use crate::ty::{Field, Fields, IntKind, Shape, TypeSchema};
use crate::{Param, rule};
use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// JSON that is to be a value: what stands somewhere, or an object of some of the members that stand somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'m, 'a> {
    At(usize),
    Object(&'m [Member<'a>]),
}

/// Goes through a document by a schema.
pub(super) struct Shapes<'d, 'a> {
    document: &'d Document<'a>,
    any_int: bool,
    steps_left: usize,
}

/// How many values are looked at, at most, for each byte. Only what is tried again and again, in untagged enums that
/// hold themselves, comes to more; serde would try as often.
const STEPS_A_BYTE: usize = 64;

impl<'d, 'a> Shapes<'d, 'a> {
    pub(super) fn new(document: &'d Document<'a>, any_int: bool) -> Self {
        Self { document, any_int, steps_left: document.len().saturating_mul(STEPS_A_BYTE) }
    }

    pub(super) fn kind(&self, node: Node<'_, 'a>) -> Scan<Kind> {
        match node {
            Node::At(at) => self.document.at(at).kind(),
            Node::Object(_) => Ok(Kind::Object),
        }
    }

    /// The members of what is an object.
    pub(super) fn members<'m>(&self, node: Node<'m, 'a>) -> Scan<Cow<'m, [Member<'a>]>> {
        match node {
            Node::At(at) => self.document.members(self.document.at(at)).map(Cow::Owned),
            Node::Object(members) => Ok(Cow::Borrowed(members)),
        }
    }

    /// What a string says; `None` when it is none.
    pub(super) fn text(&self, node: Node<'_, 'a>) -> Scan<Option<Cow<'a, str>>> {
        match node {
            Node::At(at) => {
                let mut scanner = self.document.at(at);
                if scanner.kind()? == Kind::String { scanner.string().map(Some) } else { Ok(None) }
            }
            Node::Object(_) => Ok(None),
        }
    }

    /// How a number is written; `None` when it is none.
    fn number(&self, node: Node<'_, 'a>) -> Scan<Option<&'a str>> {
        match node {
            Node::At(at) => {
                let mut scanner = self.document.at(at);
                if scanner.kind()? == Kind::Number { scanner.number().map(Some) } else { Ok(None) }
            }
            Node::Object(_) => Ok(None),
        }
    }

    /// Whether it would do, with nothing reported.
    pub(super) fn tries(
        &mut self,
        v: &mut Validator<'_>,
        attempt: impl FnOnce(&mut Self, &mut Validator<'_>) -> Scan,
    ) -> Scan<bool> {
        let mut scanned = Ok(());
        let found = v.in_pass(Pass::Probing, |v| scanned = attempt(self, v));
        scanned.map(|()| !found)
    }

    /// Reports where a value has not the shape of a type. `rules` are those of the place at which it stands.
    pub(super) fn value(
        &mut self,
        schema: &'static TypeSchema,
        rules: &'static [Rule],
        node: Node<'_, 'a>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let Some(left) = self.steps_left.checked_sub(1) else {
            return Err(Malformed { offset: self.document.len(), flaw: Flaw::Ambiguous });
        };
        self.steps_left = left;
        let kind = self.kind(node)?;
        match schema.shape {
            Shape::Unit => is(kind == Kind::Null, "must be null", v),
            Shape::Bool => is(kind == Kind::Bool, "must be true or false", v),
            Shape::Int(int) => return self.integer(int, false, rules, node, v),
            Shape::NonZero(int) => return self.integer(int, true, rules, node, v),
            Shape::Float(_) => match self.number(node)?.map(str::parse::<f64>) {
                None => v.report(TYPE, &[], "must be a number"),
                Some(number) if number.as_ref().is_ok_and(|number| number.is_finite()) => {}
                Some(_) => v.report(FINITE, &[], "must be a finite number"),
            },
            Shape::Char => {
                let is_one = self.text(node)?.is_some_and(|text| text.chars().count() == 1);
                is(is_one, "must be a string of one character", v);
            }
            Shape::String => is(kind == Kind::String, "must be a string", v),
            Shape::Formatted(format) => match self.text(node)? {
                Some(text) if (format.accepts)(&text) => {}
                _ => v.report(TYPE, &[], format_args!("must be a string of the form {}", format.name)),
            },
            Shape::Json => {}
            Shape::Option(_) if kind == Kind::Null => {}
            Shape::Option(inner) => return self.value(inner.get(), rules, node, v),
            Shape::List(item) | Shape::Set(item) => {
                let Some(items) = self.items(node, v)? else { return Ok(()) };
                for (at, item_at) in items.into_iter().enumerate() {
                    self.value(item.get(), of_items(rules), Node::At(item_at), &mut v.item(at))?;
                }
            }
            Shape::Array { item, len } => {
                let Some(items) = self.items(node, v)? else { return Ok(()) };
                has_length(items.len(), len, v);
                for (at, item_at) in items.into_iter().enumerate().take(len) {
                    self.value(item.get(), of_items(rules), Node::At(item_at), &mut v.item(at))?;
                }
            }
            Shape::Tuple(types) => {
                let Some(items) = self.items(node, v)? else { return Ok(()) };
                has_length(items.len(), types.len(), v);
                for ((at, item_at), ty) in items.into_iter().enumerate().zip(types) {
                    self.value(ty.get(), &[], Node::At(item_at), &mut v.item(at))?;
                }
            }
            Shape::Map { .. } if kind != Kind::Object => v.report(TYPE, &[], MUST_BE_OBJECT),
            Shape::Map { key, value } => {
                let members = self.members(node)?;
                let mut names = Vec::new();
                for member in members.iter() {
                    let v = &mut v.member(&member.name);
                    has_key(key.get(), &member.name, &mut names, v);
                    self.value(value.get(), of_items(rules), Node::At(member.at), v)?;
                }
            }
            Shape::Struct(fields) => {
                self.fields(&fields, node, v)?;
                return self.time(schema, node, v);
            }
            Shape::Enum(all) => return self.variants(&all, node, v),
        }
        Ok(())
    }

    /// The starts of a list's items; `None`, and reported, when it is no list.
    fn items(&self, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan<Option<Vec<usize>>> {
        match node {
            Node::At(at) if self.kind(node)? == Kind::List => {
                self.document.items(self.document.at(at)).map(Some)
            }
            _ => {
                v.report(TYPE, &[], "must be a list");
                Ok(None)
            }
        }
    }

    /// A list for fields. Those at its end may be missing if they have defaults.
    pub(super) fn tuple(
        &mut self,
        fields: &'static [Field],
        node: Node<'_, 'a>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let Some(items) = self.items(node, v)? else { return Ok(()) };
        let needed = fields.iter().rposition(|field| !field.default).map_or(0, |last| last + 1);
        if items.len() < needed || items.len() > fields.len() {
            has_length(items.len(), fields.len(), v);
        }
        for ((at, item_at), field) in items.into_iter().enumerate().zip(fields) {
            self.value(field.ty.get(), field.rules, Node::At(item_at), &mut v.item(at))?;
        }
        Ok(())
    }

    /// An integer of its type's range, and of JavaScript's unless every integer is welcome.
    fn integer(
        &self,
        kind: IntKind,
        not_zero: bool,
        rules: &'static [Rule],
        node: Node<'_, 'a>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let Some(number) = self.number(node)? else {
            v.report(TYPE, &[], "must be a whole number");
            return Ok(());
        };
        let (mut min, mut max) = kind.range();
        let any_int = self.any_int || rules.contains(&Rule::AnyInt(rule::AnyInt));
        if !any_int {
            (min, max) = (min.max(-MAX_SAFE_INTEGER), max.min(MAX_SAFE_INTEGER));
        }
        // Serde takes -0 for a float, and for an integer of 128 bits only where there can be a sign.
        let is_whole = !number.contains(['.', 'e', 'E']) && (number != "-0" || kind == IntKind::I128);
        let fits = is_whole
            && match number.parse::<i128>() {
                Ok(number) => min <= number && number <= max,
                // The range in the schema ends where an `i128` does.
                Err(_) => any_int && kind == IntKind::U128 && number.parse::<u128>().is_ok(),
            };
        if !fits {
            let params = [("min", Param::Int(min)), ("max", Param::Int(max))];
            v.report(INT, &params, format_args!("must be a whole number from {min} to {max}"));
        } else if not_zero && number.trim_start_matches('-') == "0" {
            v.report(INT, &[], "must be a whole number other than 0");
        }
        Ok(())
    }

    /// The one thing about times that no schema says: whole seconds among the nanoseconds are added to the seconds, and
    /// there must be such a time.
    fn time(&self, schema: &'static TypeSchema, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
        let is_system_time = *schema == *SystemTime::schema();
        if !is_system_time && *schema != *Duration::schema() || self.kind(node)? != Kind::Object {
            return Ok(());
        }
        let mut parts = [0_u64; 2];
        let Shape::Struct(fields) = schema.shape else { return Ok(()) };
        for member in self.members(node)?.iter() {
            let part = fields.all().iter().position(|field| field.name == member.name);
            if let Some(part) = part.and_then(|at| parts.get_mut(at)) {
                *part = self.number(Node::At(member.at))?.and_then(|n| n.parse().ok()).unwrap_or_default();
            }
        }
        let whole = parts[0].checked_add(parts[1] / 1_000_000_000).map(Duration::from_secs);
        let exists = whole.is_some_and(|time| !is_system_time || UNIX_EPOCH.checked_add(time).is_some());
        is(exists, "must be a time that there is", v);
        Ok(())
    }
}

pub(super) const MUST_BE_OBJECT: &str = "must be an object";

/// Reports where a condition does not hold.
pub(super) fn is(holds: bool, sentence: &str, v: &mut Validator<'_>) {
    if !holds {
        v.report(TYPE, &[], sentence);
    }
}

fn has_length(items: usize, len: usize, v: &mut Validator<'_>) {
    if items != len {
        v.report(TYPE, &[], format_args!("must have exactly {len} items"));
    }
}

/// The rules of the items, out of those of the list: of several `each`, the one that lifts the bounds of integers.
fn of_items(rules: &'static [Rule]) -> &'static [Rule] {
    let mut each =
        rules.iter().filter_map(|rule| if let Rule::Each(each) = rule { Some(each.rules) } else { None });
    each.find(|rules| lifts(rules)).unwrap_or_default()
}

fn lifts(rules: &'static [Rule]) -> bool {
    rules.iter().any(|rule| match rule {
        Rule::AnyInt(_) => true,
        Rule::Each(each) => lifts(each.rules),
        _ => false,
    })
}

/// Whether a struct's fields are those of a unit, however deep.
pub(super) fn is_unit(schema: &'static TypeSchema) -> bool {
    match schema.shape {
        Shape::Unit | Shape::Struct(Fields::Unit) => true,
        Shape::Struct(Fields::Newtype { field, .. }) => is_unit(field.ty.get()),
        _ => false,
    }
}
