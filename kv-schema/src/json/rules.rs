//! Checks the rules of a schema on JSON.
//!
//! Normally a value checks its own rules. A document with a wrong shape does not become a value,
//! and its broken rules would only be reported after the shape is corrected. Therefore a document
//! with errors is checked a second time, with the rules of all parts whose shape is right. `custom`
//! and `validate` are left out, because their functions need a value.

use super::document::Token;
use super::scan::Scan;
use super::shape::{Checker, Node};
use crate::check::{Pass, Validator};
use crate::rule::{HasLen, Matcher, Rule, Unit};
use crate::ty::{Fields, FloatKind, Shape, TypeSchema};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The rules for a value: those of its field, or of the items of its field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'r> {
    lists: &'r [&'static [Rule]],
    /// Whether they are checked. If not, they only decide which integers are allowed (`any_int`).
    enabled: bool,
}

impl<'r> Rules<'r> {
    pub(super) const NONE: Rules<'static> = Rules { lists: &[], enabled: true };

    pub(super) const fn new(lists: &'r [&'static [Rule]]) -> Self {
        Self { lists, enabled: true }
    }

    /// Returns whether a rule is among them.
    pub(super) fn contain(self, rule: &Rule) -> bool {
        self.lists.iter().any(|rules| rules.contains(rule))
    }

    /// Returns the rules for items.
    pub(super) fn of_items(self) -> Vec<&'static [Rule]> {
        let each = |rule: &Rule| if let Rule::Each(each) = rule { Some(each.rules) } else { None };
        self.lists.iter().flat_map(|rules| rules.iter()).filter_map(each).collect()
    }

    /// Returns other rules that are checked if these are.
    pub(super) fn with<'i>(self, lists: &'i [&'static [Rule]]) -> Rules<'i> {
        Rules { lists, enabled: self.enabled }
    }

    fn disabled(self) -> Self {
        Self { enabled: false, ..self }
    }
}

/// The compiled patterns by their texts. Each is compiled once for a document.
pub(super) type Matchers = HashMap<&'static str, Matcher>;

/// The number of items of a list or a map.
struct Items(usize);

impl HasLen for Items {
    const UNIT: Unit = Unit::Items;

    fn measure(&self) -> Option<usize> {
        Some(self.0)
    }

    fn is_empty(&self) -> Option<bool> {
        Some(self.0 == 0)
    }
}

/// The parts of a JSON value to which rules can apply.
struct Subject<'s> {
    schema: &'static TypeSchema,
    text: Option<Cow<'s, str>>,
    number: Option<&'s str>,
    items: Option<usize>,
}

impl Checker<'_, '_> {
    /// Reports the broken rules of a value of the right shape, and returns the rules for its items.
    /// They are disabled if the length is out of bounds.
    pub(super) fn report_rules<'r>(
        &mut self,
        schema: &'static TypeSchema,
        rules: Rules<'r>,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan<Rules<'r>> {
        if self.matchers.is_none() || !rules.enabled || v.pass() == Pass::Probing {
            return Ok(rules);
        }
        let text = self.text(node).map(|text| as_read(schema, text));
        let number = if let Token::Number(number) = self.token(node) { Some(number) } else { None };
        let subject = Subject { schema, text, number, items: self.count(schema, node) };
        self.report_rules_of(&subject, rules, v)
    }

    /// Reports the broken rules of a map's key, which are those of newtypes around it.
    pub(super) fn report_key_rules(
        &mut self,
        schema: &'static TypeSchema,
        name: &str,
        v: &mut Validator<'_>,
    ) -> Scan {
        if let Shape::Struct(Fields::Newtype { field, .. }) = schema.shape
            && self.matchers.is_some()
            && v.pass() != Pass::Probing
        {
            let (rules, schema) = ([field.rules], field.ty.get());
            let text = Some(as_read(schema, name.into()));
            let subject = Subject { schema, text, number: Some(name), items: None };
            self.report_rules_of(&subject, Rules::new(&rules), v)?;
            return self.report_key_rules(schema, name, v);
        }
        Ok(())
    }

    fn report_rules_of<'r>(
        &mut self,
        subject: &Subject<'_>,
        rules: Rules<'r>,
        v: &mut Validator<'_>,
    ) -> Scan<Rules<'r>> {
        for rule in rules.lists.iter().flat_map(|rules| rules.iter()) {
            self.charge(subject.text.as_ref().map_or(0, |text| text.len()))?;
            let before = v.reported();
            self.check_rule(subject, rule, v);
            if matches!(rule, Rule::Len(_)) && v.reported() > before {
                return Ok(rules.disabled());
            }
        }
        Ok(rules)
    }

    fn check_rule(&mut self, subject: &Subject<'_>, rule: &Rule, v: &mut Validator<'_>) {
        let Subject { schema, text, number, items } = subject;
        // A rule applied to `None` holds.
        let (text, items) = (text.as_deref(), items.map(Items));
        match rule {
            Rule::Len(rule) => {
                rule.check(&text, v);
                rule.check(&items, v);
            }
            Rule::NonEmpty(rule) => {
                rule.check(&text, v);
                rule.check(&items, v);
            }
            Rule::Pattern(rule) => {
                let matchers = self.matchers.get_or_insert_default();
                let matcher = matchers.entry(rule.text).or_insert_with(|| Matcher::new(rule.text));
                rule.check(matcher, &text, v);
            }
            Rule::OneOf(rule) => rule.check(&text, v),
            Rule::Email(rule) => rule.check(&text, v),
            Rule::Url(rule) => rule.check(&text, v),
            Rule::JsSafe(rule) => rule.check(&number.and_then(|number| number.parse::<i128>().ok()), v),
            Rule::Range(rule) => match (schema.shape, number) {
                (Shape::Int(_) | Shape::NonZero(_), Some(number)) => match number.parse::<i128>() {
                    Ok(number) => rule.check(&number, v),
                    // A number that is not an `i128` is a large `u128`.
                    Err(_) => rule.check(&number.parse::<u128>().ok(), v),
                },
                (Shape::Float(FloatKind::F32), Some(number)) => rule.check(&number.parse::<f32>().ok(), v),
                (Shape::Float(FloatKind::F64), Some(number)) => rule.check(&number.parse::<f64>().ok(), v),
                _ => decimal_is_within(schema, text, rule, v),
            },
            Rule::AnyInt(_) | Rule::AnyFloat(_) | Rule::Each(_) | Rule::Custom(_) => {}
        }
    }

    /// Returns the number of items or members after reading. A set keeps one of equal items.
    fn count(&self, schema: &'static TypeSchema, node: Node<'_>) -> Option<usize> {
        match (schema.shape, node) {
            (Shape::List(_) | Shape::Array { .. }, Node::At(at)) => Some(self.document.items(at).count()),
            (Shape::Set(_), Node::At(at)) => {
                let scalar = |item| match self.document.token(item) {
                    Token::String(..) => self.document.text(item).ok_or(item),
                    Token::Number(number) => Ok(Cow::Borrowed(number)),
                    _ => Err(item),
                };
                Some(self.document.items(at).map(scalar).collect::<HashSet<_>>().len())
            }
            (Shape::Map { .. }, node) if self.is_object(node) => Some(self.members(node).count()),
            _ => None,
        }
    }
}

/// Returns the text as its type stores it. `url::Url` normalizes it.
fn as_read<'t>(schema: &'static TypeSchema, text: Cow<'t, str>) -> Cow<'t, str> {
    #[cfg(feature = "url")]
    if *schema == *<url::Url as crate::KvField>::schema()
        && let Ok(url) = url::Url::parse(&text)
    {
        return Cow::Owned(url.into());
    }
    let _ = schema;
    text
}

/// Checks the range of a `rust_decimal::Decimal`, which is written as text.
fn decimal_is_within(
    schema: &'static TypeSchema,
    text: Option<&str>,
    range: &crate::rule::Range,
    v: &mut Validator<'_>,
) {
    #[cfg(feature = "rust_decimal")]
    if *schema == *<rust_decimal::Decimal as crate::KvField>::schema() {
        use serde::Deserialize;
        use serde::de::value::{Error, StrDeserializer};
        let read =
            |text| <rust_decimal::Decimal as Deserialize>::deserialize(StrDeserializer::<Error>::new(text));
        if let Some(Ok(decimal)) = text.map(read) {
            range.check(&decimal, v);
        }
    }
    let _ = (schema, text, range, v);
}
