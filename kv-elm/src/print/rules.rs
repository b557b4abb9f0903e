//! Prints validators.

use super::decode::{number, strings};
use super::encode::{apply, multiline_list, pattern, to_string_function};
use super::layout::{Expr, atom, call, list};
use super::scope::Scope;
use super::text::string;
use crate::ir::{
    Body, Bound, Check, Codec, Component, Content, Enum, Field, Index, Key, Presence, Record, Tagging,
    ValueKind, Variant,
};

impl Scope<'_> {
    /// Returns a function from a value to the rules that it breaks, or `None` if Elm checks no
    /// rules.
    fn validator(&self, codec: &Codec, rules: &[Check]) -> Option<Expr> {
        if let Codec::Maybe(inner) = codec {
            return Some(call("Rule.optional", [self.validator(inner, rules)?]));
        }
        let mut all: Vec<_> = self.field_rules(codec, rules).into_iter().collect();
        all.extend(self.type_rules(codec));
        match all.len() {
            0 | 1 => all.pop(),
            _ => Some(call("Rule.all", [list(all)])),
        }
    }

    /// Returns the rules of a field. The other rules are checked only if the length is valid.
    fn field_rules(&self, codec: &Codec, rules: &[Check]) -> Option<Expr> {
        let (lengths, others): (Vec<_>, Vec<_>) =
            rules.iter().partition(|rule| matches!(rule, Check::Len { .. } | Check::Items { .. }));
        let printed = |rules: Vec<&Check>| -> Vec<_> {
            rules.into_iter().filter_map(|rule| self.rule(rule, codec)).collect()
        };
        let mut rest = printed(others);
        let rest = match rest.len() {
            0 | 1 => rest.pop(),
            _ => Some(call("Rule.all", [list(rest)])),
        };
        match (printed(lengths).pop(), rest) {
            (Some(length), Some(rest)) => Some(call("Rule.within", [length, rest])),
            (length, rest) => length.or(rest),
        }
    }

    /// Returns the rules of a type, as opposed to those of the field that has the type.
    fn type_rules(&self, codec: &Codec) -> Option<Expr> {
        let of = |inner: &Codec| self.validator(inner, &[]);
        let none = || atom("Rule.none");
        Some(match codec {
            Codec::Int(int) if int.non_zero => call("Rule.intButZero", [number(int.min), number(int.max)]),
            Codec::Int(int) => call("Rule.int", [number(int.min), number(int.max)]),
            Codec::Float { finite: true } => atom("Rule.finite"),
            Codec::Array(item, len) => {
                call("Rule.array", [atom(len.to_string()), of(item).unwrap_or_else(none)])
            }
            Codec::List(item) => call("Rule.list", [of(item)?]),
            Codec::Set(item) => apply(set(item), of(item)?),
            Codec::Map(key, rules, value) => {
                let entries = |function: &str, key: &Codec| {
                    let of_key = self.validator(key, rules)?;
                    Some(call(function, [of_key, of(value).unwrap_or_else(none)]))
                };
                match key {
                    Key::Int(int) => entries("Rule.intDict", &Codec::Int(*int))?,
                    Key::String if !rules.is_empty() => entries("Rule.textDict", &Codec::String)?,
                    key => apply(self.entries(*key), of(value)?),
                }
            }
            Codec::Tuple(items) => {
                let validators: Vec<_> = items.iter().map(of).collect();
                if validators.iter().all(Option::is_none) {
                    return None;
                }
                let function = ["Rule.single", "Rule.pair", "Rule.triple"][items.len() - 1];
                call(function, validators.into_iter().map(|validator| validator.unwrap_or_else(none)))
            }
            Codec::Result { ok, err } => match (of(err), of(ok)) {
                (None, None) => return None,
                (err, ok) => call("Rule.result", [err.unwrap_or_else(none), ok.unwrap_or_else(none)]),
            },
            Codec::Named(index) if self.program.types[*index].has_rules => {
                atom(self.value(*index, ValueKind::Validate))
            }
            _ => return None,
        })
    }

    /// Returns the function that applies a rule to each value of a map.
    fn entries(&self, key: Key) -> Expr {
        match key {
            Key::Int(_) => call("Rule.intDict", [atom("Rule.none")]),
            Key::String | Key::Char => call("Rule.dict", [self.key_to_string(key)]),
            Key::Bool | Key::Variant(_) => {
                call("Rule.pairs", [strings(&self.keys_in_order(key)), self.key_to_string(key)])
            }
        }
    }

    /// Returns all possible keys in the order of Rust.
    fn keys_in_order(&self, key: Key) -> Vec<String> {
        match key {
            Key::Variant(at) => match &self.program.types[at].body {
                Body::Enum(all) => all.variants.iter().map(|variant| variant.wire.clone()).collect(),
                _ => Vec::new(),
            },
            _ => ["false", "true"].map(ToOwned::to_owned).to_vec(),
        }
    }

    fn rule(&self, rule: &Check, codec: &Codec) -> Option<Expr> {
        Some(match (rule, codec) {
            (Check::Len { min, max }, _) => len(["len", "minLen", "maxLen"], *min, *max, None)?,
            (Check::Items { min, max }, codec) => {
                len(["items", "minItems", "maxItems"], *min, *max, Some(atom(size(codec)?)))?
            }
            (Check::NonEmpty, _) => atom("Rule.nonEmpty"),
            (Check::SomeItems, codec) => call("Rule.someItems", [atom(size(codec)?)]),
            (Check::Range { min, max, sentence }, Codec::Int(_)) => {
                self.range("Rule.intRange", *min, *max, sentence)?
            }
            (Check::Range { min, max, sentence }, Codec::Float { .. }) => {
                self.range("Rule.range", *min, *max, sentence)?
            }
            (Check::Range { .. }, _) => return None,
            (Check::Pattern(text), _) => call("Rule.pattern", [atom(string(text))]),
            (Check::Form { name, sentence, pattern }, _) => {
                call("Rule.form", [name, sentence, pattern].map(|text| atom(string(text))))
            }
            (Check::OneOf(allowed), _) => call("Rule.oneOf", [strings(allowed)]),
            (Check::Each(rules), codec) => {
                let (function, item) = match codec {
                    Codec::List(item) | Codec::Array(item, _) => (atom("Rule.list"), item),
                    Codec::Set(item) => (set(item), item),
                    Codec::Map(key, _, item) => (self.entries(*key), item),
                    _ => return None,
                };
                // The rules of the item type are checked later, by `type_rules`.
                apply(function, self.item_rules(item, rules)?)
            }
        })
    }

    /// Returns a range rule.
    fn range(&self, function: &str, min: Option<Bound>, max: Option<Bound>, sentence: &str) -> Option<Expr> {
        if min.is_none() && max.is_none() {
            return None;
        }
        let bound = |bound: Option<Bound>| match bound {
            None => atom(self.maybe("Nothing")),
            Some(bound) => call(self.maybe("Just"), [bound_literal(bound)]),
        };
        Some(call(function, [bound(min), bound(max), atom(string(sentence))]))
    }

    fn item_rules(&self, codec: &Codec, rules: &[Check]) -> Option<Expr> {
        if let Codec::Maybe(inner) = codec {
            return Some(call("Rule.optional", [self.item_rules(inner, rules)?]));
        }
        self.field_rules(codec, rules)
    }

    /// Returns the argument and the body of a type's validator.
    pub(super) fn validate(&self, at: Index) -> (String, Expr) {
        let ty = &self.program.types[at];
        let nothing = || ("_".to_owned(), list(Vec::new()));
        if !ty.has_rules {
            return nothing();
        }
        let value = self.local("value");
        match &ty.body {
            Body::Unit => nothing(),
            Body::Newtype(inner) => match self.component(inner) {
                Some(validator) => (format!("({} {value})", ty.name), apply(validator, atom(value))),
                None => nothing(),
            },
            Body::Tuple(items) => {
                let letters = self.letters(items.len());
                let checks = self.item_checks(items, &letters);
                let names: Vec<_> = items
                    .iter()
                    .zip(&letters)
                    .map(
                        |(item, name)| {
                            if self.component(item).is_some() { name.clone() } else { "_".to_owned() }
                        },
                    )
                    .collect();
                (pattern(&ty.name, &names), call("List.concat", [multiline_list(checks)]))
            }
            Body::Record(record) => {
                let checks = self.record_checks(record, &value);
                (self.record_argument(at, record, &value), call("List.concat", [multiline_list(checks)]))
            }
            Body::Enum(all) => self.enum_checks(all, &value),
        }
    }

    fn component(&self, value: &Component) -> Option<Expr> {
        self.validator(&value.codec, &value.rules)
    }

    fn item_checks(&self, items: &[Component], names: &[String]) -> Vec<Expr> {
        let check = |((nth, item), name): ((usize, &Component), &String)| {
            Some(call("Rule.field", [atom(string(&nth.to_string())), self.component(item)?, atom(name)]))
        };
        items.iter().enumerate().zip(names).filter_map(check).collect()
    }

    fn record_checks(&self, record: &Record, of: &str) -> Vec<Expr> {
        let check = |field: &Field| {
            let validator = self.component(&field.value)?;
            let value = atom(format!("{of}.{}", field.name));
            let validator = match field.presence {
                Presence::Optional | Presence::LeftOut => call("Rule.optional", [validator]),
                Presence::Flat => return Some(apply(validator, value)),
                Presence::Required | Presence::Default(_) => validator,
            };
            Some(call(
                "Rule.field",
                [atom(string(&kv_schema::pointer::escape(&field.wire))), validator, value],
            ))
        };
        record.fields.iter().filter_map(check).collect()
    }

    fn enum_checks(&self, all: &Enum, value: &str) -> (String, Expr) {
        let mut branches = Vec::new();
        let mut silent = false;
        for variant in &all.variants {
            match self.variant_checks(all, variant) {
                Some(branch) => branches.push(branch),
                None => silent = true,
            }
        }
        if silent {
            branches.push(("_".to_owned(), list(Vec::new())));
        }
        (value.to_owned(), Expr::Case(Box::new(atom(value)), branches))
    }

    fn variant_checks(&self, all: &Enum, variant: &Variant) -> Option<(String, Expr)> {
        let (mut pattern, names) = self.variant_pattern(variant, true);
        let inside = match (&all.tagging, variant.untagged) {
            (Tagging::External, false) => Some(variant.wire.as_str()),
            (Tagging::Adjacent { content, .. }, false) => Some(content.as_str()),
            _ => None,
        };
        let checks = match &variant.content {
            Content::Nothing => return None,
            Content::One(value) => {
                let validator = self.component(value)?;
                let value = atom(&names[0]);
                return Some((
                    pattern,
                    match inside {
                        Some(name) => call(
                            "Rule.field",
                            [atom(string(&kv_schema::pointer::escape(name))), validator, value],
                        ),
                        None => apply(validator, value),
                    },
                ));
            }
            Content::Many(items) => {
                let used = items.iter().zip(&names).map(|(item, name)| {
                    if self.component(item).is_some() { format!(" {name}") } else { " _".to_owned() }
                });
                pattern = format!("{}{}", variant.name, used.collect::<String>());
                self.item_checks(items, &names)
            }
            Content::Record(record) => self.record_checks(record, &names[0]),
        };
        if checks.is_empty() {
            return None;
        }
        let checks = call("List.concat", [multiline_list(checks)]);
        Some((
            pattern,
            match inside {
                Some(name) => call("Rule.under", [atom(string(&kv_schema::pointer::escape(name))), checks]),
                None => checks,
            },
        ))
    }
}

/// Returns the function that applies a rule to each item of a set.
fn set(item: &Codec) -> Expr {
    match to_string_function(item) {
        Some(to_string) => call("Rule.textSet", [atom(to_string)]),
        None => atom("Rule.set"),
    }
}

/// Returns the function that counts the items of a value.
fn size(codec: &Codec) -> Option<&'static str> {
    Some(match codec {
        Codec::Set(_) => "Set.size",
        Codec::Map(key, ..) if key.is_comparable() => "Dict.size",
        Codec::List(_) | Codec::Array(..) | Codec::Map(..) => "List.length",
        _ => return None,
    })
}

/// Returns a length rule. `names` are the functions for both bounds, a minimum and a maximum.
fn len(names: [&str; 3], min: Option<usize>, max: Option<usize>, count: Option<Expr>) -> Option<Expr> {
    let name = match (min, max) {
        (Some(_), Some(_)) => names[0],
        (Some(_), None) => names[1],
        (None, Some(_)) => names[2],
        (None, None) => return None,
    };
    let bounds = [min, max].into_iter().flatten().map(|n| atom(n.to_string()));
    Some(call(format!("Rule.{name}"), bounds.chain(count)))
}

fn bound_literal(bound: Bound) -> Expr {
    atom(match bound {
        Bound::Int(n) => n.to_string(),
        Bound::Float(n) => {
            // Elm requires digits on both sides of a decimal point, also in numbers with an
            // exponent.
            let text = if n.abs() >= 1e21 || (n != 0.0 && n.abs() < 1e-6) {
                format!("{n:e}")
            } else {
                format!("{n}")
            };
            if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
        }
    })
}
