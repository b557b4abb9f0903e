//! Lowers rules: those that Elm checks, and the names of those that only the server checks.

use crate::ir::{Bound, Check};
use kv_schema::rule::{Email, MAX_SAFE_INTEGER, Number, Rule, Url};
use kv_schema::ty::{Fields, Shape};
use kv_schema::{TypeSchema, ty};

/// Returns the rules for the items of a collection.
pub(super) fn each(rules: &'static [Rule]) -> &'static [Rule] {
    rules
        .iter()
        .find_map(|rule| if let Rule::Each(each) = rule { Some(each.rules) } else { None })
        .unwrap_or(&[])
}

/// Returns the checks of a map's keys: those of the newtypes around them.
pub(super) fn checks_of_key(schema: &'static TypeSchema) -> Vec<Check> {
    schema.newtype_fields().flat_map(|field| checks(field.rules, field.ty.get())).collect()
}

/// Returns the rules that Elm checks.
pub(super) fn checks(rules: &'static [Rule], schema: &TypeSchema) -> Vec<Check> {
    let is_text = match schema.shape {
        Shape::Option(inner) => return checks(rules, inner.get()),
        shape => matches!(shape, Shape::String | Shape::Formatted(_)),
    };
    let item = || match schema.shape {
        Shape::List(item) | Shape::Set(item) | Shape::Array { item, .. } | Shape::Map { value: item, .. } => {
            Some(item.get())
        }
        _ => None,
    };
    let check = |rule: &Rule| {
        Some(match rule {
            Rule::Len(len) if is_text => Check::Len { min: len.min, max: len.max },
            Rule::Len(len) => Check::Items { min: len.min, max: len.max },
            Rule::NonEmpty(_) if is_text => Check::NonEmpty,
            Rule::NonEmpty(_) => Check::SomeItems,
            Rule::Range(range) => Check::Range {
                min: range.min.map(bound),
                max: range.max.map(bound),
                sentence: range.sentence(),
            },
            Rule::Pattern(pattern) => Check::Pattern(pattern.text.to_owned()),
            Rule::Email(_) => {
                Check::Form { name: Email::NAME, sentence: Email::SENTENCE, pattern: Email::PATTERN }
            }
            Rule::Url(_) => Check::Form { name: Url::NAME, sentence: Url::SENTENCE, pattern: Url::PATTERN },
            Rule::OneOf(one_of) => {
                Check::OneOf(one_of.allowed.iter().map(|text| (*text).to_owned()).collect())
            }
            Rule::Each(each) => Check::Each(checks(each.rules, item()?)),
            // `js_safe` holds for every integer in Elm, `any_int` and `any_float` require nothing,
            // and a custom rule is a Rust function.
            _ => return None,
        })
    };
    rules.iter().filter_map(check).collect()
}

fn bound(number: Number) -> Bound {
    if let Number::Int(n) = number
        && n.abs() <= MAX_SAFE_INTEGER
        && let Ok(n) = i64::try_from(n)
    {
        Bound::Int(n)
    } else {
        Bound::Float(number.to_f64())
    }
}

/// Returns the names of the custom rules of a type's fields, then that of the type.
pub(super) fn server_rules(schema: &TypeSchema) -> Vec<String> {
    fn custom(rules: &[Rule], found: &mut Vec<&'static str>) {
        for rule in rules {
            match rule {
                Rule::Custom(rule) => found.push(rule.name),
                Rule::Each(each) => custom(each.rules, found),
                _ => {}
            }
        }
    }
    let of = |fields: &Fields| {
        fields
            .all()
            .iter()
            .flat_map(|field: &ty::Field| {
                let mut names = Vec::new();
                custom(field.rules, &mut names);
                names
            })
            .collect::<Vec<_>>()
    };
    let mut names = match &schema.shape {
        Shape::Struct(fields) => of(fields),
        Shape::Enum(all) => all.variants.iter().flat_map(|variant| of(&variant.fields)).collect(),
        _ => Vec::new(),
    };
    names.extend(schema.validate);
    names.into_iter().map(ToOwned::to_owned).collect()
}
