//! Validators.

use super::decode::{number, strings};
use super::encode::{apply, pattern, several, text_of};
use super::layout::{Expr, atom, call, list};
use super::scope::Scope;
use super::text::string;
use crate::ir::{
    Body, Check, Checked, Codec, Content, Enum, Field, Index, Key, Presence, Record, Tagging, Value, Variant,
};
use kv_schema::rule::{Email, MAX_SAFE_INTEGER, Number, Range, Unit, Url};

impl Scope<'_> {
    /// The function from a value to the rules it breaks; `None` when it cannot break any that Elm knows.
    fn validator(&self, codec: &Codec, rules: &[Check]) -> Option<Expr> {
        if let Codec::Maybe(inner) = codec {
            return Some(call("Rule.optional", [self.validator(inner, rules)?]));
        }
        let mut all: Vec<_> = self.in_order(codec, rules).into_iter().collect();
        all.extend(self.own(codec));
        match all.len() {
            0 | 1 => all.pop(),
            _ => Some(call("Rule.all", [list(all)])),
        }
    }

    /// The rules of a place. A length comes first, and the others only hold for what keeps it.
    fn in_order(&self, codec: &Codec, rules: &[Check]) -> Option<Expr> {
        let (lengths, others): (Vec<_>, Vec<_>) =
            rules.iter().partition(|rule| matches!(rule, Check::Len { .. }));
        let written = |rules: Vec<&Check>| -> Vec<_> {
            rules.into_iter().filter_map(|rule| self.rule(rule, codec)).collect()
        };
        let mut rest = written(others);
        let rest = match rest.len() {
            0 | 1 => rest.pop(),
            _ => Some(call("Rule.all", [list(rest)])),
        };
        match (written(lengths).pop(), rest) {
            (Some(length), Some(rest)) => Some(call("Rule.within", [length, rest])),
            (length, rest) => length.or(rest),
        }
    }

    /// The rules of the type itself.
    fn own(&self, codec: &Codec) -> Option<Expr> {
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
            Codec::Named(index) if self.checked[*index] => atom(self.value(*index, Value::Validate)),
            _ => return None,
        })
    }

    /// The function that holds each value of a map to a rule.
    fn entries(&self, key: Key) -> Expr {
        match key {
            Key::Int(_) => call("Rule.intDict", [atom("Rule.none")]),
            Key::String | Key::Char => call("Rule.dict", [self.key_to_string(key)]),
            Key::Bool | Key::Variant(_) => {
                call("Rule.pairs", [strings(&self.keys_in_order(key)), self.key_to_string(key)])
            }
        }
    }

    /// All keys that there can be, as Rust orders them.
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
            (Check::Len { unit: Unit::Characters, min, max }, _) => {
                len("Rule.", "len", "Len", *min, *max, None)?
            }
            (Check::Len { min, max, .. }, codec) => {
                len("Rule.", "items", "Items", *min, *max, Some(atom(size(codec)?)))?
            }
            (Check::NonEmpty(Unit::Characters), _) => atom("Rule.nonEmpty"),
            (Check::NonEmpty(_), codec) => call("Rule.someItems", [atom(size(codec)?)]),
            (Check::Range(range), Codec::Int(_)) => return self.range(range, true),
            (Check::Range(range), Codec::Float { .. }) => return self.range(range, false),
            (Check::Range(_), _) => return None,
            (Check::Pattern(text), _) => call("Rule.pattern", [atom(string(text))]),
            (Check::Email, _) => form(Email::NAME, Email::SENTENCE, Email::PATTERN),
            (Check::Url, _) => form(Url::NAME, Url::SENTENCE, Url::PATTERN),
            (Check::OneOf(allowed), _) => call("Rule.oneOf", [strings(allowed)]),
            (Check::Each(rules), codec) => {
                let (function, item) = match codec {
                    Codec::List(item) | Codec::Array(item, _) => (atom("Rule.list"), item),
                    Codec::Set(item) => (set(item), item),
                    Codec::Map(key, _, item) => (self.entries(*key), item),
                    _ => return None,
                };
                // The items' own rules come behind those of the field.
                apply(function, self.only_rules(item, rules)?)
            }
        })
    }

    /// A range, whose sentence is Rust's: it writes integers that JavaScript rounds.
    fn range(&self, range: &Range, whole: bool) -> Option<Expr> {
        if range.min.is_none() && range.max.is_none() {
            return None;
        }
        let bound = |bound: Option<Number>| match bound {
            None => atom(self.maybe("Nothing")),
            Some(number) => call(self.maybe("Just"), [bound_literal(number)]),
        };
        let function = if whole { "Rule.intRange" } else { "Rule.range" };
        Some(call(function, [bound(range.min), bound(range.max), atom(string(&range.sentence()))]))
    }

    fn only_rules(&self, codec: &Codec, rules: &[Check]) -> Option<Expr> {
        if let Codec::Maybe(inner) = codec {
            return Some(call("Rule.optional", [self.only_rules(inner, rules)?]));
        }
        self.in_order(codec, rules)
    }

    /// The argument of a type's validator, and its body.
    pub(super) fn validate(&self, at: Index) -> (String, Expr) {
        let ty = &self.program.types[at];
        let nothing = || ("_".to_owned(), list(Vec::new()));
        if !self.checked[at] {
            return nothing();
        }
        let value = self.local("value");
        match &ty.body {
            Body::Unit => nothing(),
            Body::Newtype(inner) => match self.checked(inner) {
                Some(validator) => (format!("({} {value})", ty.name), apply(validator, atom(value))),
                None => nothing(),
            },
            Body::Tuple(items) => {
                let letters = self.letters(items.len());
                let checks = self.items(items, &letters);
                let names: Vec<_> = items
                    .iter()
                    .zip(&letters)
                    .map(
                        |(item, name)| {
                            if self.checked(item).is_some() { name.clone() } else { "_".to_owned() }
                        },
                    )
                    .collect();
                (pattern(&ty.name, &names), call("List.concat", [several(checks)]))
            }
            Body::Record(record) => {
                let checks = self.fields_of(record, &value);
                (self.record_argument(at, record, &value), call("List.concat", [several(checks)]))
            }
            Body::Enum(all) => self.variants_of(all, &value),
        }
    }

    fn checked(&self, value: &Checked) -> Option<Expr> {
        self.validator(&value.codec, &value.rules)
    }

    fn items(&self, items: &[Checked], names: &[String]) -> Vec<Expr> {
        let check = |((nth, item), name): ((usize, &Checked), &String)| {
            Some(call("Rule.field", [atom(string(&nth.to_string())), self.checked(item)?, atom(name)]))
        };
        items.iter().enumerate().zip(names).filter_map(check).collect()
    }

    fn fields_of(&self, record: &Record, of: &str) -> Vec<Expr> {
        let check = |field: &Field| {
            let validator = self.checked(&field.value)?;
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

    fn variants_of(&self, all: &Enum, value: &str) -> (String, Expr) {
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
                let validator = self.checked(value)?;
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
                    if self.checked(item).is_some() { format!(" {name}") } else { " _".to_owned() }
                });
                pattern = format!("{}{}", variant.name, used.collect::<String>());
                self.items(items, &names)
            }
            Content::Record(record) => self.fields_of(record, &names[0]),
        };
        if checks.is_empty() {
            return None;
        }
        let checks = call("List.concat", [several(checks)]);
        Some((
            pattern,
            match inside {
                Some(name) => call("Rule.under", [atom(string(&kv_schema::pointer::escape(name))), checks]),
                None => checks,
            },
        ))
    }
}

/// The function that holds each item of a set to a rule.
fn set(item: &Codec) -> Expr {
    match text_of(item) {
        Some(to_string) => call("Rule.textSet", [atom(to_string)]),
        None => atom("Rule.set"),
    }
}

/// The function that counts what is in a value.
fn size(codec: &Codec) -> Option<&'static str> {
    Some(match codec {
        Codec::Set(_) => "Set.size",
        Codec::Map(key, ..) if key.is_comparable() => "Dict.size",
        Codec::List(_) | Codec::Array(..) | Codec::Map(..) => "List.length",
        _ => return None,
    })
}

fn len(
    module: &str,
    both: &str,
    one: &str,
    min: Option<usize>,
    max: Option<usize>,
    count: Option<Expr>,
) -> Option<Expr> {
    let n = |n: usize| atom(n.to_string());
    let (name, bounds) = match (min, max) {
        (Some(min), Some(max)) => (both.to_owned(), vec![n(min), n(max)]),
        (Some(min), None) => (format!("min{one}"), vec![n(min)]),
        (None, Some(max)) => (format!("max{one}"), vec![n(max)]),
        (None, None) => return None,
    };
    Some(call(format!("{module}{name}"), bounds.into_iter().chain(count)))
}

fn form(name: &str, sentence: &str, pattern: &str) -> Expr {
    call("Rule.form", [name, sentence, pattern].map(|text| atom(string(text))))
}

fn bound_literal(number: Number) -> Expr {
    let text = match number {
        Number::Int(n) if n.abs() <= MAX_SAFE_INTEGER => n.to_string(),
        number => {
            let n = number.to_f64();
            // Elm knows no exponent without digits on both sides, and no other form of these.
            let text = if n.abs() >= 1e21 || (n != 0.0 && n.abs() < 1e-6) {
                format!("{n:e}")
            } else {
                format!("{n}")
            };
            if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
        }
    };
    atom(text)
}
