//! Checks that values have the shape of a type.

use super::any::not_reserved;
use super::budget::Budget;
use super::document::{Document, Token};
use super::members::SeenKeys;
use super::rules::{Matchers, Rules};
use super::scan::Scan;
use crate::check::{Pass, Validator};
use crate::field::KvField;
use crate::rule::{FINITE, INT, MAX_SAFE_INTEGER, Rule, TYPE};
use crate::ty::{Field, FloatKind, IntKind, Shape, TypeSchema};
use crate::{Param, rule};
use std::borrow::Cow;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A JSON value, given by indices of tokens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'m> {
    /// The value at an index.
    At(usize),
    /// The object at the first index, without the member whose value is at the second index.
    Without(usize, usize),
    /// An object with these members, which can come from different objects.
    Object(&'m [usize]),
}

/// An iterator over the members of an object. It yields the index of each name; the value follows
/// it.
#[derive(Clone, Debug)]
pub(super) struct Members<'d, 'm, 'a> {
    document: &'d Document<'a>,
    left: Range<usize>,
    /// The index of the value of the member to leave out; 0 for none.
    without: usize,
    chosen: std::slice::Iter<'m, usize>,
}

impl Iterator for Members<'_, '_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.left.start < self.left.end {
            let name = self.left.start;
            self.left.start = self.document.after(name + 1);
            if name + 1 != self.without {
                return Some(name);
            }
        }
        self.chosen.next().copied()
    }
}

/// Checks a document against a schema.
pub(super) struct Checker<'d, 'a> {
    pub(super) document: &'d Document<'a>,
    pub(super) any_int: bool,
    budget: Budget,
    /// The number of violations before the innermost attempt.
    attempt: Option<usize>,
    /// Whether serde reads the value from a borrowed buffer, so that buffering it again copies it.
    by_ref: bool,
    /// The compiled patterns; `None` if rules are not checked.
    pub(super) matchers: Option<Matchers>,
    /// The members that the chosen variants of untagged enums ignore and other variants have.
    pub(super) dropped: Vec<usize>,
}

impl<'d, 'a> Checker<'d, 'a> {
    pub(super) fn new(document: &'d Document<'a>, any_int: bool) -> Self {
        let budget = Budget::new(document.len());
        Self { document, any_int, budget, attempt: None, by_ref: false, matchers: None, dropped: Vec::new() }
    }

    /// Checks the rules of the schema, too.
    pub(super) fn with_rules(self) -> Self {
        Self { matchers: Some(Matchers::new()), ..self }
    }

    #[cfg(test)]
    pub(super) fn steps_left(&self) -> usize {
        self.budget.left()
    }

    /// Takes steps from the budget.
    ///
    /// # Errors
    ///
    /// Returns [`Flaw::Ambiguous`](super::Flaw::Ambiguous) if too few are left.
    #[inline]
    pub(super) fn charge(&mut self, steps: usize) -> Scan {
        self.budget.take(steps)
    }

    /// Takes the steps for the copy that serde makes to buffer a value of a borrowed buffer.
    pub(super) fn charge_buffer(&mut self, node: Node<'_>) -> Scan {
        if !self.by_ref {
            return Ok(());
        }
        let weight = match node {
            Node::At(at) | Node::Without(at, _) => self.document.weight(at),
            Node::Object(members) => {
                members.iter().map(|name| self.document.weight(*name) + self.document.weight(name + 1)).sum()
            }
        };
        self.budget.take_copy(weight)
    }

    /// Checks a part that serde reads from a borrowed buffer (`by_ref`) or from a buffer of its
    /// own.
    pub(super) fn buffered<T>(&mut self, by_ref: bool, part: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.by_ref, by_ref);
        let result = part(self);
        self.by_ref = outer;
        result
    }

    /// Returns the token of a value.
    pub(super) fn token(&self, node: Node<'_>) -> Token<'a> {
        match node {
            Node::At(at) => self.document.token(at),
            Node::Without(..) | Node::Object(_) => Token::Object(0, 0),
        }
    }

    pub(super) fn is_object(&self, node: Node<'_>) -> bool {
        matches!(self.token(node), Token::Object(..))
    }

    /// Returns the members of an object.
    pub(super) fn members<'m>(&self, node: Node<'m>) -> Members<'d, 'm, 'a> {
        let (left, without, chosen): (_, _, &[_]) = match node {
            Node::At(at) => (self.document.members(at), 0, &[]),
            Node::Without(at, value) => (self.document.members(at), value, &[]),
            Node::Object(members) => (0..0, 0, members),
        };
        Members { document: self.document, left, without, chosen: chosen.iter() }
    }

    /// Returns the name of a member and charges for it.
    pub(super) fn name(&mut self, member: usize) -> Scan<Cow<'a, str>> {
        /// The bytes of a name that are compared in one step. Most names differ in length.
        const BYTES_PER_STEP: usize = 16;
        if let Token::String(text, is_escaped) = self.document.token(member) {
            self.charge(1 + text.len() / if is_escaped { 1 } else { BYTES_PER_STEP })?;
        }
        Ok(self.document.name(member))
    }

    /// Returns the decoded text of a string; `None` for other values.
    pub(super) fn text(&self, node: Node<'_>) -> Option<Cow<'a, str>> {
        match node {
            Node::At(at) => self.document.text(at),
            Node::Without(..) | Node::Object(_) => None,
        }
    }

    /// Returns whether an attempt to read a value succeeds. Its violations are not reported.
    pub(super) fn fits(
        &mut self,
        v: &mut Validator<'_>,
        attempt: impl FnOnce(&mut Self, &mut Validator<'_>) -> Scan,
    ) -> Scan<bool> {
        /// The cost, in steps, of the error that serde creates for a failed attempt.
        const FAILED: usize = 4;
        self.charge(FAILED)?;
        let outer = self.attempt.replace(v.reported());
        let dropped = self.dropped.len();
        let mut scanned = Ok(());
        let found = v.in_pass(Pass::Probing, |v| scanned = attempt(self, v));
        self.attempt = outer;
        if found {
            self.dropped.truncate(dropped);
        }
        scanned.map(|()| !found)
    }

    /// Returns whether a variant is being tried, so that reports are discarded.
    pub(super) fn is_attempt(&self) -> bool {
        self.attempt.is_some()
    }

    /// Returns whether the current attempt has failed, so that the rest of it can be skipped.
    pub(super) fn has_failed(&self, v: &Validator<'_>) -> bool {
        self.attempt.is_some_and(|before| v.reported() > before)
    }

    /// Reports the violations of a value. `rules` are those of its field or list.
    pub(super) fn value(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'_>,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        self.charge(1)?;
        if self.has_failed(v) {
            return Ok(());
        }
        let token = self.token(node);
        match schema.shape {
            Shape::Json => self.any(node, v),
            Shape::Option(_) if matches!(token, Token::Null) => Ok(()),
            Shape::Option(inner) => self.value(inner.get(), rules, node, v),
            Shape::List(item) | Shape::Set(item) | Shape::Array { item, .. } => {
                let Some(items) = self.items(node, v) else { return Ok(()) };
                let mut len = usize::MAX;
                if let Shape::Array { len: expected, .. } = schema.shape {
                    require_length(self.count_items(items.clone())?, expected, v);
                    len = expected;
                }
                let rules = self.report_rules(schema, rules, node, v)?;
                let of_items = rules.of_items();
                for (at, item_at) in items.enumerate().take(len) {
                    self.value(item.get(), rules.with(&of_items), Node::At(item_at), &mut v.item(at))?;
                    if self.has_failed(v) {
                        break;
                    }
                }
                Ok(())
            }
            Shape::Tuple(types) => {
                let Some(items) = self.items(node, v) else { return Ok(()) };
                require_length(self.count_items(items.clone())?, types.len(), v);
                for ((at, item_at), ty) in items.enumerate().zip(types) {
                    self.value(ty.get(), Rules::NONE, Node::At(item_at), &mut v.item(at))?;
                }
                Ok(())
            }
            Shape::Map { .. } if !self.is_object(node) => {
                v.report(TYPE, &[], MUST_BE_OBJECT);
                Ok(())
            }
            Shape::Map { key, value } => {
                let rules = self.report_rules(schema, rules, node, v)?;
                self.entries((key.get(), value.get()), rules, node, v)
            }
            Shape::Struct(fields) => {
                self.fields(&fields, node, v)?;
                self.time(schema, node, v);
                Ok(())
            }
            Shape::Enum(all) => self.variants(&all, node, v),
            Shape::Unit
            | Shape::Bool
            | Shape::Int(_)
            | Shape::NonZero(_)
            | Shape::Float(_)
            | Shape::Char
            | Shape::String
            | Shape::Formatted(_) => {
                let before = v.reported();
                self.scalar(schema, rules, node, v)?;
                if v.reported() == before {
                    self.report_rules(schema, rules, node, v)?;
                }
                Ok(())
            }
        }
    }

    /// Checks a value without parts.
    fn scalar(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'_>,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let token = self.token(node);
        if let Token::String(text, _) = token
            && !matches!(schema.shape, Shape::String)
        {
            // The text is parsed, or copied into serde's error.
            self.charge(text.len())?;
        }
        match schema.shape {
            Shape::Unit => require(matches!(token, Token::Null), "must be null", v),
            Shape::Bool => require(matches!(token, Token::Bool), "must be true or false", v),
            Shape::Int(int) => self.integer(int, false, rules, token, v),
            Shape::NonZero(int) => self.integer(int, true, rules, token, v),
            Shape::Float(kind) => match token {
                Token::Number(number) if is_finite_as(kind, number) => {}
                Token::Number(_) => v.report(FINITE, &[], "must be a finite number"),
                _ => v.report(TYPE, &[], "must be a number"),
            },
            Shape::Char => {
                let is_one = self.text(node).is_some_and(|text| {
                    let mut chars = text.chars();
                    chars.next().is_some() && chars.next().is_none()
                });
                require(is_one, "must be a string of one character", v);
            }
            Shape::String => require(matches!(token, Token::String(..)), "must be a string", v),
            Shape::Formatted(format) => match self.text(node) {
                Some(text) if (format.accepts)(&text) => {}
                _ => v.report(TYPE, &[], format_args!("must be a string in the format {}", format.name)),
            },
            _ => {}
        }
        Ok(())
    }

    /// Checks the entries of a map.
    fn entries(
        &mut self,
        (key, value): (&'static TypeSchema, &'static TypeSchema),
        rules: Rules<'_>,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let of_items = rules.of_items();
        let mut entries = Vec::new();
        let mut keys = SeenKeys::default();
        for member in self.members(node) {
            let name = self.name(member)?;
            let fits = self.key(key, &name, &mut keys)?;
            entries.push((name, fits, member));
        }
        // The order matters only for reports with rules, which are in key order.
        if self.matchers.is_some() {
            let is_number = matches!(key.unwrapped().shape, Shape::Int(_) | Shape::NonZero(_));
            let number = |name: &str| if is_number { name.parse::<i128>().unwrap_or(i128::MAX) } else { 0 };
            entries.sort_by_cached_key(|(name, ..)| (number(name), name.clone()));
        }
        for (name, fits, member) in entries {
            let v = &mut v.member(&name);
            if matches!(value.shape, Shape::Json) {
                not_reserved(&name, v);
            }
            match fits {
                Ok(()) => self.report_key_rules(key, &name, v)?,
                Err(invalid) => invalid.report(key, v),
            }
            self.value(value, rules.with(&of_items), Node::At(member + 1), v)?;
            if self.has_failed(v) {
                break;
            }
        }
        Ok(())
    }

    /// Returns the indices of a list's items. Reports any other value and returns `None`.
    fn items(
        &self,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Option<impl Iterator<Item = usize> + Clone + use<'d, 'a>> {
        match node {
            Node::At(at) if matches!(self.document.token(at), Token::List(..)) => {
                Some(self.document.items(at))
            }
            _ => {
                v.report(TYPE, &[], "must be a list");
                None
            }
        }
    }

    fn count_items(&mut self, items: impl Iterator<Item = usize>) -> Scan<usize> {
        let len = items.count();
        self.charge(len)?;
        Ok(len)
    }

    /// Checks a list of fields. Items at its end may be missing if their fields have defaults.
    pub(super) fn tuple(&mut self, fields: &'static [Field], node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let Some(items) = self.items(node, v) else { return Ok(()) };
        let needed = fields.iter().rposition(|field| !field.default).map_or(0, |last| last + 1);
        let len = self.count_items(items.clone())?;
        if len < needed || len > fields.len() {
            require_length(len, fields.len(), v);
        }
        for ((at, item_at), field) in items.enumerate().zip(fields) {
            let rules = [field.rules];
            self.value(field.ty.get(), Rules::new(&rules), Node::At(item_at), &mut v.item(at))?;
        }
        Ok(())
    }

    /// Checks that an integer is in the range of its type and, without `any_int`, in that of
    /// JavaScript.
    fn integer(
        &self,
        kind: IntKind,
        not_zero: bool,
        rules: Rules<'_>,
        token: Token<'_>,
        v: &mut Validator<'_>,
    ) {
        let Token::Number(number) = token else {
            return v.report(TYPE, &[], "must be a whole number");
        };
        let (mut min, mut max) = kind.range();
        let any_int = self.any_int || rules.contain(&Rule::AnyInt(rule::AnyInt));
        if !any_int {
            (min, max) = (min.max(-MAX_SAFE_INTEGER), max.min(MAX_SAFE_INTEGER));
        }
        // serde reads -0 as a float, except for an `i128`.
        let fits = (number != "-0" || kind == IntKind::I128)
            && match number.parse::<i64>().map(i128::from).or_else(|_| number.parse()) {
                Ok(number) => min <= number && number <= max,
                // The range of a `u128` in the schema ends at `i128::MAX`.
                Err(_) => any_int && kind == IntKind::U128 && number.parse::<u128>().is_ok(),
            };
        if !fits {
            let params = [("min", Param::Int(min)), ("max", Param::Int(max))];
            v.report(INT, &params, format_args!("must be a whole number from {min} to {max}"));
        } else if not_zero && number.trim_start_matches('-') == "0" {
            v.report(INT, &[], "must be a whole number other than 0");
        }
    }

    /// Checks that a time is representable, which its schema does not ensure: serde adds whole
    /// seconds in the nanoseconds to the seconds, and this can overflow.
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
        require(exists, "must be a time in the supported range", v);
    }
}

pub(super) const MUST_BE_OBJECT: &str = "must be an object";

/// Reports a message if a condition does not hold.
pub(super) fn require(holds: bool, message: &str, v: &mut Validator<'_>) {
    if !holds {
        v.report(TYPE, &[], message);
    }
}

/// Returns whether a number is within the range of `f64`. Only an exponent or many digits can
/// exceed it.
pub(super) fn is_finite(number: &str) -> bool {
    let is_small = number.len() <= f64::MAX_10_EXP as usize && !number.contains(['e', 'E']);
    is_small || number.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_finite_as(kind: FloatKind, number: &str) -> bool {
    match kind {
        FloatKind::F64 => is_finite(number),
        FloatKind::F32 => number.parse::<f32>().is_ok_and(f32::is_finite),
    }
}

/// Returns whether JavaScript represents an integer and its neighbours exactly.
pub(super) fn is_safe(integer: i128) -> bool {
    (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(&integer)
}

fn require_length(items: usize, len: usize, v: &mut Validator<'_>) {
    if items != len {
        v.report(TYPE, &[], format_args!("must have exactly {len} items"));
    }
}
