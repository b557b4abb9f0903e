//! The rules of fields: their definitions, their arguments as parsed, and their arguments once
//! checked.
//!
//! `RULES` is the only list of them. `expand::rule` writes a checked rule.

use crate::ctxt::{Ctxt, Reported, all};
use crate::meta::{Bounds, Meta, RawNumber};
use crate::suggest;
use crate::symbol;
use crate::type_class::{self, TypeClass};
use kv_schema::pattern;
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::{LitStr, Path, Type};

/// The definition of a rule.
pub(crate) struct RuleDef {
    pub(crate) name: &'static str,
    /// The name of the type in `kv_schema::rule`, and of the variant of `Rule` that contains it.
    pub(crate) type_name: &'static str,
    /// The rule as it is written in an attribute, for messages.
    example: &'static str,
    applies_to: fn(TypeClass<'_>) -> bool,
    parse: fn(&Ctxt, &Meta, &str) -> Option<RawArg>,
}

pub(crate) const ANY_INT: &str = "any_int";
pub(crate) const ANY_FLOAT: &str = "any_float";
pub(crate) const CUSTOM: &str = "custom";
const JS_SAFE: &str = "js_safe";
const LEN: &str = "len";
const RANGE: &str = "range";

const RULES: &[RuleDef] = &[
    RuleDef {
        name: LEN,
        type_name: "Len",
        example: "len(min = 1, max = 64)",
        applies_to: has_len,
        parse: |ctxt, meta, example| meta.bounds(ctxt, example).map(RawArg::Len),
    },
    flag("non_empty", "NonEmpty", has_len),
    RuleDef {
        name: RANGE,
        type_name: "Range",
        example: "range(min = 1, max = 64)",
        applies_to: |class| is_integer(class) || is_float(class),
        parse: |ctxt, meta, example| meta.bounds(ctxt, example).map(RawArg::Range),
    },
    RuleDef {
        name: "pattern",
        type_name: "Pattern",
        example: "pattern = \"^[a-z]+$\"",
        applies_to: is_text,
        parse: |ctxt, meta, example| meta.string(ctxt, example).map(RawArg::Pattern),
    },
    RuleDef {
        name: "one_of",
        type_name: "OneOf",
        example: "one_of(\"a\", \"b\")",
        applies_to: is_text,
        parse: |ctxt, meta, example| meta.strings(ctxt, example).map(RawArg::OneOf),
    },
    flag("email", "Email", is_text),
    flag("url", "Url", is_text),
    flag(JS_SAFE, "JsSafe", is_integer),
    flag(ANY_INT, "AnyInt", is_integer),
    flag(ANY_FLOAT, "AnyFloat", is_float),
    RuleDef {
        name: "each",
        type_name: "Each",
        example: "each(rule, …)",
        applies_to: |class| class.item().is_some(),
        parse: |ctxt, meta, example| {
            let metas = meta.metas(ctxt, example)?;
            let is_empty = metas.is_empty();
            let rules: Vec<_> = metas.into_iter().filter_map(|meta| parse(ctxt, meta)).collect();
            (is_empty || !rules.is_empty()).then_some(RawArg::Each(rules))
        },
    },
    RuleDef {
        name: CUSTOM,
        type_name: "Custom",
        example: "custom = \"path::to::function\"",
        applies_to: |_| true,
        parse: |ctxt, meta, example| meta.string(ctxt, example).map(RawArg::Custom),
    },
];

/// Defines a rule without an argument.
const fn flag(name: &'static str, type_name: &'static str, applies_to: fn(TypeClass<'_>) -> bool) -> RuleDef {
    let parse = |ctxt: &Ctxt, meta: &Meta, _: &str| meta.flag(ctxt).map(|()| RawArg::None);
    RuleDef { name, type_name, example: name, applies_to, parse }
}

const fn is_text(class: TypeClass<'_>) -> bool {
    matches!(class, TypeClass::Text)
}

const fn has_len(class: TypeClass<'_>) -> bool {
    matches!(class, TypeClass::Text | TypeClass::Collection(_))
}

const fn is_integer(class: TypeClass<'_>) -> bool {
    matches!(class, TypeClass::Integer { .. })
}

const fn is_float(class: TypeClass<'_>) -> bool {
    matches!(class, TypeClass::Float)
}

/// A rule as parsed.
pub(crate) struct RawRule {
    pub(crate) name: Ident,
    /// `None` for an unknown name. The error is reported when the type of the field is known, which
    /// decides what to suggest.
    pub(crate) def: Option<&'static RuleDef>,
    arg: RawArg,
}

enum RawArg {
    None,
    Len(Bounds),
    Range(Bounds),
    Pattern(LitStr),
    OneOf(Vec<LitStr>),
    Each(Vec<RawRule>),
    Custom(LitStr),
}

/// A checked rule.
pub(crate) struct Rule {
    /// The rule's position, for the compiler's errors about the generated check.
    pub(crate) span: Span,
    pub(crate) def: &'static RuleDef,
    pub(crate) arg: RuleArg,
}

pub(crate) enum RuleArg {
    None,
    Len { min: Option<usize>, max: Option<usize> },
    Range { min: Option<Number>, max: Option<Number> },
    Pattern(String),
    OneOf(Vec<String>),
    Each(Vec<Rule>),
    Custom(Function),
}

/// A function of the application.
pub(crate) struct Function {
    pub(crate) path: Path,
    /// The last segment of the path.
    pub(crate) name: String,
}

#[derive(Clone, Copy)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

/// Returns the rule with a name.
pub(crate) fn find(name: &str) -> Option<&'static RuleDef> {
    RULES.iter().find(|def| def.name == name)
}

/// Returns the names of the rules that apply to a class of types.
pub(crate) fn names_for(class: TypeClass<'_>) -> Vec<&'static str> {
    RULES.iter().filter(|def| def.applies(class)).map(|def| def.name).collect()
}

impl RuleDef {
    /// Whether the rule applies to a class of types. For unknown types the trait bounds of its
    /// check decide.
    fn applies(&self, class: TypeClass<'_>) -> bool {
        matches!(class, TypeClass::Unknown) || (self.applies_to)(class)
    }

    /// Returns the rule with `…` in place of its argument.
    fn abbreviated(&self) -> String {
        match self.example.as_bytes().get(self.name.len()) {
            Some(b'(') => format!("{}(…)", self.name),
            Some(_) => format!("{} = \"…\"", self.name),
            None => self.name.to_owned(),
        }
    }
}

impl Rule {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.def.name == name
    }
}

/// Parses a rule. Returns `None` if its argument is invalid.
pub(crate) fn parse(ctxt: &Ctxt, meta: Meta) -> Option<RawRule> {
    let def = find(&meta.word());
    let arg = match def {
        Some(def) => (def.parse)(ctxt, &meta, def.example)?,
        None => RawArg::None,
    };
    Some(RawRule { name: meta.name, def, arg })
}

/// Checks the rules for a value of a type. `others` are the arguments that are valid next to these
/// rules.
pub(crate) fn check_all(
    ctxt: &Ctxt,
    raw: Vec<RawRule>,
    ty: &Type,
    others: &[&str],
) -> Result<Vec<Rule>, Reported> {
    let mut seen: Vec<&str> = Vec::new();
    all(raw.into_iter().map(|rule| {
        if let Some(def) = rule.def {
            // A field may have several functions.
            if def.name != CUSTOM && seen.contains(&def.name) {
                let message = format!("the rule `{}` is given twice; remove one of them", def.name);
                return Err(ctxt.error(&rule.name, message));
            }
            let opposite = match def.name {
                JS_SAFE => ANY_INT,
                ANY_INT => JS_SAFE,
                _ => "",
            };
            if seen.contains(&opposite) {
                let message = "`js_safe` and `any_int` contradict each other; remove one of them";
                return Err(ctxt.error(&rule.name, message));
            }
            seen.push(def.name);
        }
        check(ctxt, rule, ty, others)
    }))
}

fn check(ctxt: &Ctxt, rule: RawRule, ty: &Type, others: &[&str]) -> Result<Rule, Reported> {
    let class = TypeClass::of(ty);
    let def = applicable(ctxt, &rule, ty, others)?;
    let span = rule.name.span();
    let arg = match rule.arg {
        RawArg::None => RuleArg::None,
        RawArg::Len(Bounds { min, max }) => {
            let bounds = (length(ctxt, min.as_ref()), length(ctxt, max.as_ref()));
            let bounds = (bounds.0?, bounds.1?);
            refuse_crossed(ctxt, min.as_ref(), matches!(bounds, (Some(min), Some(max)) if min > max))?;
            RuleArg::Len { min: bounds.0, max: bounds.1 }
        }
        RawArg::Range(Bounds { min, max }) => {
            let bounds = (number(ctxt, min.as_ref(), class), number(ctxt, max.as_ref(), class));
            let bounds = (bounds.0?, bounds.1?);
            let crossed = matches!(bounds, (Some(min), Some(max)) if exceeds(min, max));
            refuse_crossed(ctxt, min.as_ref(), crossed)?;
            RuleArg::Range { min: bounds.0, max: bounds.1 }
        }
        RawArg::Pattern(text) => {
            pattern::check(&text.value()).map_err(|error| ctxt.error(&text, error))?;
            RuleArg::Pattern(text.value())
        }
        RawArg::OneOf(texts) => RuleArg::OneOf(one_of(ctxt, &rule.name, &texts)?),
        RawArg::Each(rules) if rules.is_empty() => {
            return Err(ctxt.error(&rule.name, "`each` needs a rule, as in `each(len(max = 64))`"));
        }
        RawArg::Each(rules) => {
            // If the item's type is unknown, the trait bounds of its rules check it.
            let unknown: Type = syn::parse_quote!(_);
            RuleArg::Each(check_all(ctxt, rules, class.item().unwrap_or(&unknown), &[])?)
        }
        RawArg::Custom(text) => RuleArg::Custom(function(ctxt, &text)?),
    };
    Ok(Rule { span, def, arg })
}

/// Returns the definition of a rule, or reports that the rule is unknown or does not apply to the
/// type.
pub(crate) fn applicable(
    ctxt: &Ctxt,
    rule: &RawRule,
    ty: &Type,
    others: &[&str],
) -> Result<&'static RuleDef, Reported> {
    let class = TypeClass::of(ty);
    let spelled = type_class::spelled(ty);
    let rules = names_for(class);
    let rules_for = match class {
        TypeClass::Unknown => "the rules are".to_owned(),
        _ => format!("rules for `{spelled}` are"),
    };
    let name = rule.name.unraw().to_string();
    let message = match rule.def {
        Some(def) if def.applies(class) => return Ok(def),
        Some(_) => {
            let meant = instead_of(&name, class).map(|meant| format!("did you mean `{meant}`? "));
            let list = match rules.as_slice() {
                [only] => format!("the only rule for it is `{only}`"),
                several => format!("{rules_for}: {}", suggest::list(several)),
            };
            format!("the rule `{name}` does not apply to `{spelled}`; {}{list}", meant.unwrap_or_default())
        }
        None if name == symbol::VALIDATE => {
            "`validate` is for types; the rule for a field is `custom`".to_owned()
        }
        None if symbol::ON_FIELD.contains(&&*name) => {
            format!("`{name}` is about the whole field; write it next to `each`, not inside")
        }
        None if symbol::ON_TYPE.contains(&&*name) => {
            format!("`{name}` is for types, not for fields; write it on the type")
        }
        None => suggest::serde_attribute(&name).unwrap_or_else(|| {
            let known: Vec<_> = rules.iter().chain(others).copied().collect();
            suggest::unknown("rule", &name, &known, &rules_for)
        }),
    };
    Err(ctxt.error(&rule.name, message))
}

/// Returns the rule that was probably meant by one that does not apply.
fn instead_of(name: &str, class: TypeClass<'_>) -> Option<String> {
    let item = class.item().map(TypeClass::of).filter(|item| !matches!(item, TypeClass::Unknown));
    if let (Some(item), Some(def)) = (item, find(name))
        && def.applies(item)
    {
        return Some(format!("each({})", def.abbreviated()));
    }
    let meant = match (class, name) {
        (TypeClass::Text | TypeClass::Collection(_), RANGE) => LEN,
        (TypeClass::Integer { .. } | TypeClass::Float, LEN) => RANGE,
        (TypeClass::Integer { .. }, ANY_FLOAT) => ANY_INT,
        (TypeClass::Float, ANY_INT) => ANY_FLOAT,
        _ => return None,
    };
    Some(meant.to_owned())
}

/// Parses the path of a function.
pub(crate) fn function(ctxt: &Ctxt, text: &LitStr) -> Result<Function, Reported> {
    let path: Path = text
        .parse()
        .map_err(|_| ctxt.error(text, "expected the path of a function, as in `\"checks::is_short\"`"))?;
    let name = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).next_back();
    Ok(Function { path, name: name.unwrap_or_default() })
}

fn one_of(ctxt: &Ctxt, name: &Ident, texts: &[LitStr]) -> Result<Vec<String>, Reported> {
    if texts.is_empty() {
        return Err(ctxt.error(name, "`one_of` without a string allows no value; add at least one string"));
    }
    let mut allowed: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if allowed.contains(&text.value()) {
            return Err(ctxt.error(text, format!("{:?} is given twice; remove one of them", text.value())));
        }
        allowed.push(text.value());
    }
    Ok(allowed)
}

fn refuse_crossed(ctxt: &Ctxt, min: Option<&RawNumber>, crossed: bool) -> Result<(), Reported> {
    if crossed {
        let message = "`min` is greater than `max`, which allows no value; lower `min` or raise `max`";
        return Err(ctxt.error(min, message));
    }
    Ok(())
}

/// Checks a bound of a length.
fn length(ctxt: &Ctxt, raw: Option<&RawNumber>) -> Result<Option<usize>, Reported> {
    let Some(raw) = raw else { return Ok(None) };
    match raw.count() {
        Some(n) => Ok(Some(n)),
        None => Err(ctxt.error(raw, "a length is a whole number from 0 to 4294967295")),
    }
}

/// Checks a bound of a range.
fn number(ctxt: &Ctxt, raw: Option<&RawNumber>, class: TypeClass<'_>) -> Result<Option<Number>, Reported> {
    let Some(raw) = raw else { return Ok(None) };
    let value = match raw {
        RawNumber::Int(int) => int.base10_parse().ok().map(Number::Int),
        RawNumber::Float(float) => {
            float.base10_parse::<f64>().ok().filter(|value| value.is_finite()).map(Number::Float)
        }
    };
    let Some(value) = value else {
        return Err(ctxt.error(raw, "a bound must fit into an `i128` or an `f64`"));
    };
    if let TypeClass::Integer { name, min, max } = class {
        let Number::Int(n) = value else {
            return Err(ctxt.error(raw, format!("a bound for `{name}` is a whole number")));
        };
        if n < min || n > max {
            let message = format!("{n} is out of range for `{name}`; its values are from {min} to {max}");
            return Err(ctxt.error(raw, message));
        }
    }
    Ok(Some(value))
}

#[expect(clippy::cast_precision_loss, reason = "bounds of two kinds are compared as floats, as at run time")]
fn exceeds(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a > b,
        (Number::Float(a), Number::Float(b)) => a > b,
        (Number::Int(a), Number::Float(b)) => a as f64 > b,
        (Number::Float(a), Number::Int(b)) => a > b as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules_of(ty: &str) -> Vec<&'static str> {
        names_for(TypeClass::of(&syn::parse_str(ty).unwrap()))
    }

    #[test]
    fn standard_library_types_have_their_own_rules() {
        let all: Vec<_> = RULES.iter().map(|def| def.name).collect();
        let text = ["len", "non_empty", "pattern", "one_of", "email", "url", "custom"];
        assert_eq!(rules_of("String"), text);
        assert_eq!(rules_of("Option<std::sync::Arc<str>>"), text);
        assert_eq!(rules_of("&'static str"), text);
        assert_eq!(rules_of("Option<u8>"), ["range", "js_safe", "any_int", "custom"]);
        assert_eq!(rules_of("std::num::NonZeroU8"), rules_of("NonZero<u8>"));
        assert_eq!(rules_of("std::sync::Arc<f32>"), ["range", "any_float", "custom"]);
        assert_eq!(rules_of("std::collections::HashMap<String, u8>"), ["len", "non_empty", "each", "custom"]);
        assert_eq!(rules_of("Box<[u8]>"), ["len", "non_empty", "each", "custom"]);
        assert_eq!(rules_of("[u8; 4]"), ["each", "custom"]);
        assert_eq!(rules_of("(u8, u8)"), ["custom"]);
        for unknown in ["num::Arc<u8>", "UserId", "Vec"] {
            assert_eq!(rules_of(unknown), all);
        }
    }

    #[test]
    fn examples_begin_with_the_name_of_the_rule() {
        for def in RULES {
            assert!(def.example.starts_with(def.name), "{}", def.name);
        }
    }
}
