//! Values: whether JSON has the shape of a type.

use super::document::{Document, Token};
use super::error::{Flaw, Malformed};
use super::members::has_key;
use super::scan::Scan;
use crate::check::{Pass, Validator};
use crate::field::KvField;
use crate::rule::{FINITE, INT, MAX_SAFE_INTEGER, Rule, TYPE};
use crate::ty::{Field, Fields, IntKind, Shape, TypeSchema};
use crate::{Param, rule};
use std::borrow::Cow;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// JSON that is to be a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'m> {
    /// What stands there.
    At(usize),
    /// The object there, but for the member whose value stands elsewhere.
    Without(usize, usize),
    /// An object of these members, wherever they stand.
    Object(&'m [usize]),
}

/// The members of an object: where their names stand, each with its value behind it.
#[derive(Clone, Debug)]
pub(super) struct Members<'d, 'm, 'a> {
    document: &'d Document<'a>,
    left: Range<usize>,
    /// Where the value of the one is that does not count; 0 if all do.
    without: usize,
    chosen: std::slice::Iter<'m, usize>,
}

impl Iterator for Members<'_, '_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.left.start < self.left.end {
            let name = self.left.start;
            self.left.start = self.document.behind(name + 1);
            if name + 1 != self.without {
                return Some(name);
            }
        }
        self.chosen.next().copied()
    }
}

/// Goes through a document by a schema.
pub(super) struct Shapes<'d, 'a> {
    pub(super) document: &'d Document<'a>,
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

    /// What is there.
    pub(super) fn token(&self, node: Node<'_>) -> Token<'a> {
        match node {
            Node::At(at) => self.document.token(at),
            Node::Without(..) | Node::Object(_) => Token::Object(0),
        }
    }

    pub(super) fn is_object(&self, node: Node<'_>) -> bool {
        matches!(self.token(node), Token::Object(_))
    }

    /// The members of what is an object.
    pub(super) fn members<'m>(&self, node: Node<'m>) -> Members<'d, 'm, 'a> {
        let (left, without, chosen): (_, _, &[_]) = match node {
            Node::At(at) => (self.document.members(at), 0, &[]),
            Node::Without(at, value) => (self.document.members(at), value, &[]),
            Node::Object(members) => (0..0, 0, members),
        };
        Members { document: self.document, left, without, chosen: chosen.iter() }
    }

    /// What a string says; `None` when it is none.
    pub(super) fn text(&self, node: Node<'_>) -> Option<Cow<'a, str>> {
        match node {
            Node::At(at) => self.document.text(at),
            Node::Without(..) | Node::Object(_) => None,
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
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let Some(left) = self.steps_left.checked_sub(1) else {
            return Err(Box::new(Malformed { offset: self.document.len(), flaw: Flaw::Ambiguous }));
        };
        self.steps_left = left;
        let token = self.token(node);
        match schema.shape {
            Shape::Unit => is(matches!(token, Token::Null), "must be null", v),
            Shape::Bool => is(matches!(token, Token::Bool), "must be true or false", v),
            Shape::Int(int) => self.integer(int, false, rules, token, v),
            Shape::NonZero(int) => self.integer(int, true, rules, token, v),
            Shape::Float(_) => match token {
                Token::Number(number) if is_finite(number) => {}
                Token::Number(_) => v.report(FINITE, &[], "must be a finite number"),
                _ => v.report(TYPE, &[], "must be a number"),
            },
            Shape::Char => {
                let is_one = self.text(node).is_some_and(|text| text.chars().count() == 1);
                is(is_one, "must be a string of one character", v);
            }
            Shape::String => is(matches!(token, Token::String(..)), "must be a string", v),
            Shape::Formatted(format) => match self.text(node) {
                Some(text) if (format.accepts)(&text) => {}
                _ => v.report(TYPE, &[], format_args!("must be a string of the form {}", format.name)),
            },
            Shape::Json => {}
            Shape::Option(_) if matches!(token, Token::Null) => {}
            Shape::Option(inner) => return self.value(inner.get(), rules, node, v),
            Shape::List(item) | Shape::Set(item) => {
                let Some(items) = self.items(node, v) else { return Ok(()) };
                for (at, item_at) in items.enumerate() {
                    self.value(item.get(), of_items(rules), Node::At(item_at), &mut v.item(at))?;
                }
            }
            Shape::Array { item, len } => {
                let Some(items) = self.items(node, v) else { return Ok(()) };
                has_length(items.clone().count(), len, v);
                for (at, item_at) in items.enumerate().take(len) {
                    self.value(item.get(), of_items(rules), Node::At(item_at), &mut v.item(at))?;
                }
            }
            Shape::Tuple(types) => {
                let Some(items) = self.items(node, v) else { return Ok(()) };
                has_length(items.clone().count(), types.len(), v);
                for ((at, item_at), ty) in items.enumerate().zip(types) {
                    self.value(ty.get(), &[], Node::At(item_at), &mut v.item(at))?;
                }
            }
            Shape::Map { .. } if !self.is_object(node) => v.report(TYPE, &[], MUST_BE_OBJECT),
            Shape::Map { key, value } => {
                let mut names = Vec::new();
                for member in self.members(node) {
                    let name = self.document.name(member);
                    let v = &mut v.member(&name);
                    has_key(key.get(), &name, &mut names, v);
                    self.value(value.get(), of_items(rules), Node::At(member + 1), v)?;
                }
            }
            Shape::Struct(fields) => {
                self.fields(&fields, node, v)?;
                self.time(schema, node, v);
            }
            Shape::Enum(all) => return self.variants(&all, node, v),
        }
        Ok(())
    }

    /// Where a list's items are; `None`, and reported, when it is no list.
    fn items(
        &self,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Option<impl Iterator<Item = usize> + Clone + use<'d, 'a>> {
        match node {
            Node::At(at) if matches!(self.document.token(at), Token::List(_)) => {
                Some(self.document.items(at))
            }
            _ => {
                v.report(TYPE, &[], "must be a list");
                None
            }
        }
    }

    /// A list for fields. Those at its end may be missing if they have defaults.
    pub(super) fn tuple(&mut self, fields: &'static [Field], node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let Some(items) = self.items(node, v) else { return Ok(()) };
        let needed = fields.iter().rposition(|field| !field.default).map_or(0, |last| last + 1);
        let len = items.clone().count();
        if len < needed || len > fields.len() {
            has_length(len, fields.len(), v);
        }
        for ((at, item_at), field) in items.enumerate().zip(fields) {
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
        token: Token<'_>,
        v: &mut Validator<'_>,
    ) {
        let Token::Number(number) = token else {
            return v.report(TYPE, &[], "must be a whole number");
        };
        let (mut min, mut max) = kind.range();
        let any_int = self.any_int || rules.contains(&Rule::AnyInt(rule::AnyInt));
        if !any_int {
            (min, max) = (min.max(-MAX_SAFE_INTEGER), max.min(MAX_SAFE_INTEGER));
        }
        // Serde takes -0 for a float, and for an integer of 128 bits only where there can be a sign.
        let fits = (number != "-0" || kind == IntKind::I128)
            && match number.parse::<i64>().map(i128::from).or_else(|_| number.parse()) {
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
    }

    /// The one thing about times that no schema says: whole seconds among the nanoseconds are added to the seconds, and
    /// there must be such a time.
    fn time(&self, schema: &'static TypeSchema, node: Node<'_>, v: &mut Validator<'_>) {
        let is_system_time = *schema == *SystemTime::schema();
        if !is_system_time && *schema != *Duration::schema() || !self.is_object(node) {
            return;
        }
        let mut parts = [0_u64; 2];
        let Shape::Struct(fields) = schema.shape else { return };
        for member in self.members(node) {
            let name = self.document.name(member);
            let part = fields.all().iter().position(|field| field.name == name);
            if let Some(part) = part.and_then(|at| parts.get_mut(at))
                && let Token::Number(number) = self.document.token(member + 1)
            {
                *part = number.parse().unwrap_or_default();
            }
        }
        let whole = parts[0].checked_add(parts[1] / 1_000_000_000).map(Duration::from_secs);
        let exists = whole.is_some_and(|time| !is_system_time || UNIX_EPOCH.checked_add(time).is_some());
        is(exists, "must be a time that there is", v);
    }
}

pub(super) const MUST_BE_OBJECT: &str = "must be an object";

/// Reports where a condition does not hold.
pub(super) fn is(holds: bool, sentence: &str, v: &mut Validator<'_>) {
    if !holds {
        v.report(TYPE, &[], sentence);
    }
}

/// Whether a number is one that a float holds. Only an exponent or very many digits lead further.
fn is_finite(number: &str) -> bool {
    let is_small = number.len() <= f64::MAX_10_EXP as usize && !number.contains(['e', 'E']);
    is_small || number.parse::<f64>().is_ok_and(f64::is_finite)
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
