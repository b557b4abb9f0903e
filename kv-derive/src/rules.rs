//! The rules of fields, from how they were written to what is sound.

use crate::ast;
use crate::attr::{FieldAttrs, RawForm, RawNumber, RawRule};
use crate::check::all;
use crate::ctxt::{Ctxt, Reported};
use crate::fit::{self, Fit};
use crate::slip;
use crate::symbol;
use kv_schema::pattern;
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::{LitStr, Path, Type};

/// A function of the application's.
pub(crate) struct Function {
    pub(crate) path: Path,
    /// Its name, without the path.
    pub(crate) name: String,
}

pub(crate) struct Rule {
    /// Where it was written, for the errors of the compiler.
    pub(crate) span: Span,
    pub(crate) form: RuleForm,
}

pub(crate) enum RuleForm {
    Len { min: Option<usize>, max: Option<usize> },
    NonEmpty,
    Range { min: Option<Number>, max: Option<Number> },
    Pattern(String),
    OneOf(Vec<String>),
    Email,
    Url,
    JsSafe,
    AnyInt,
    AnyFloat,
    Each(Vec<Rule>),
    Custom(Function),
}

#[derive(Clone, Copy)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

pub(crate) fn refuse_words_on_skipped(ctxt: &Ctxt, skipped: &[ast::Field<'_>]) {
    for field in skipped {
        for rule in &field.attrs.rules {
            if let RawForm::Unknown = rule.form {
                let name = rule.key.unraw().to_string();
                let _ = refuse_misfit(ctxt, (rule, &name), (Fit::of(field.ty), field.ty), symbol::ON_FIELD);
            }
        }
        let known = field.attrs.rules.iter().filter(|rule| !matches!(rule.form, RawForm::Unknown));
        if let Some(word) = &field.attrs.heap_size {
            ctxt.error(
                &word.key,
                "a skipped field is not counted: move `heap_size` to the type, where its function measures whole values",
            );
        }
        if let Some(word) = &field.attrs.elm {
            ctxt.error(&word.key, "a field that is skipped has no name in Elm: leave this word out");
        }
        let texts = [&field.attrs.wire, &field.attrs.example];
        let texts = texts.into_iter().flatten().map(|word| &word.key);
        for word in known.map(|rule| &rule.key).chain(&field.attrs.opaque).chain(texts) {
            ctxt.error(
                word,
                "what is skipped is not checked, since nothing outside the process can set it: leave this word out",
            );
        }
    }
}

/// Judges the rules of a field.
pub(crate) fn field_rules(ctxt: &Ctxt, attrs: FieldAttrs, ty: &Type) -> Result<Vec<Rule>, Reported> {
    if attrs.opaque.is_some() {
        // Nothing is known of it but what a function of the application's finds out.
        let foreign =
            attrs.rules.iter().filter(|rule| !matches!(rule.form, RawForm::Custom(_) | RawForm::Unknown));
        let refused = foreign.map(|rule| {
            ctxt.error(&rule.key, "nothing is known of what is `opaque`; the one rule for it is `custom`")
        });
        if let Some(reported) = refused.collect::<Vec<_>>().pop() {
            return Err(reported);
        }
    }
    if attrs.wire.is_some() {
        // `any_int` is about the JSON only; the other rules would look at the value, which is not of the type on the wire.
        let may_stay =
            |rule: &&RawRule| matches!(rule.form, RawForm::Custom(_) | RawForm::AnyInt | RawForm::Unknown);
        let foreign = attrs.rules.iter().filter(|rule| !may_stay(rule));
        let refused = foreign.map(|rule| {
            let name = rule.key.unraw();
            ctxt.error(
                &rule.key,
                format!("`{name}` would check the field's own type, not the one on the wire: use `custom`"),
            )
        });
        if let Some(reported) = refused.collect::<Vec<_>>().pop() {
            return Err(reported);
        }
    }
    rules(ctxt, attrs.rules, ty, symbol::ON_FIELD)
}

/// Judges the rules for a value of a type, where `beside` them other words may stand.
fn rules(ctxt: &Ctxt, raw: Vec<RawRule>, ty: &Type, beside: &[&str]) -> Result<Vec<Rule>, Reported> {
    let mut seen: Vec<String> = Vec::new();
    all(raw.into_iter().map(|rule| {
        let (name, span) = (rule.key.unraw().to_string(), rule.key.span());
        // Several functions may have their say; every other rule says all in one place.
        if name != symbol::CUSTOM && seen.contains(&name) {
            return Err(ctxt.error(&rule.key, format!("the rule `{name}` is given twice")));
        }
        let opposite = match name.as_str() {
            symbol::JS_SAFE => symbol::ANY_INT,
            symbol::ANY_INT => symbol::JS_SAFE,
            _ => "",
        };
        if seen.iter().any(|earlier| earlier == opposite) {
            return Err(ctxt.error(&rule.key, "`js_safe` and `any_int` say the opposite of each other"));
        }
        if !matches!(rule.form, RawForm::Unknown) {
            seen.push(name.clone());
        }
        let form = rule_form(ctxt, rule, &name, ty, beside);
        Ok(Rule { span, form: form? })
    }))
}

fn rule_form(
    ctxt: &Ctxt,
    rule: RawRule,
    name: &str,
    ty: &Type,
    beside: &[&str],
) -> Result<RuleForm, Reported> {
    let fit = Fit::of(ty);
    refuse_misfit(ctxt, (&rule, name), (fit, ty), beside)?;
    match rule.form {
        RawForm::Len { min, max } => {
            let bounds = (length(ctxt, min.as_ref()), length(ctxt, max.as_ref()));
            let bounds = (bounds.0?, bounds.1?);
            refuse_crossed(ctxt, min.as_ref(), matches!(bounds, (Some(min), Some(max)) if min > max))?;
            Ok(RuleForm::Len { min: bounds.0, max: bounds.1 })
        }
        RawForm::NonEmpty => Ok(RuleForm::NonEmpty),
        RawForm::Range { min, max } => {
            let bounds = (number(ctxt, min.as_ref(), fit), number(ctxt, max.as_ref(), fit));
            let bounds = (bounds.0?, bounds.1?);
            refuse_crossed(
                ctxt,
                min.as_ref(),
                matches!(bounds, (Some(min), Some(max)) if exceeds(min, max)),
            )?;
            Ok(RuleForm::Range { min: bounds.0, max: bounds.1 })
        }
        RawForm::Email => Ok(RuleForm::Email),
        RawForm::Url => Ok(RuleForm::Url),
        RawForm::JsSafe => Ok(RuleForm::JsSafe),
        RawForm::AnyInt => Ok(RuleForm::AnyInt),
        RawForm::AnyFloat => Ok(RuleForm::AnyFloat),
        RawForm::Pattern(text) => {
            pattern::check(&text.value()).map_err(|error| ctxt.error(&text, error))?;
            Ok(RuleForm::Pattern(text.value()))
        }
        RawForm::OneOf(texts) => one_of(ctxt, &rule.key, &texts),
        RawForm::Each(inner) => {
            if inner.is_empty() {
                return Err(ctxt.error(&rule.key, "`each` takes at least one rule: `each(len(max = 64))`"));
            }
            // Where the tokens do not tell the item's type, the item's rules are left to their trait bounds.
            let unknown: Type = syn::parse_quote!(_);
            rules(ctxt, inner, fit.item().unwrap_or(&unknown), &[]).map(RuleForm::Each)
        }
        RawForm::Custom(text) => function(ctxt, &text).map(RuleForm::Custom),
        RawForm::Unknown => Err(Reported),
    }
}

pub(crate) fn function(ctxt: &Ctxt, text: &LitStr) -> Result<Function, Reported> {
    let path: Path = text
        .parse()
        .map_err(|_| ctxt.error(text, "expected the path of a function, as in `\"checks::is_short\"`"))?;
    let name = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).next_back();
    Ok(Function { path, name: name.unwrap_or_default() })
}

/// Refuses a word that is no rule, and a rule that is none for this type.
fn refuse_misfit(
    ctxt: &Ctxt,
    (rule, name): (&RawRule, &str),
    (fit, ty): (Fit<'_>, &Type),
    beside: &[&str],
) -> Result<(), Reported> {
    let spelled = fit::spelled(ty);
    let rules_for = match fit {
        Fit::Unknown => "the rules are".to_owned(),
        _ => format!("rules for `{spelled}` are"),
    };
    let message = match rule.form {
        RawForm::Unknown if name == symbol::VALIDATE => {
            "`validate` stands on the type; the rule for a field is `custom`".to_owned()
        }
        RawForm::Unknown if symbol::ON_FIELD.contains(&name) => {
            format!("`{name}` is about the whole field: write it next to `each`, not in it")
        }
        RawForm::Unknown if symbol::ON_TYPE.contains(&name) => {
            format!("`{name}` stands on the type, not on a field")
        }
        RawForm::Unknown => slip::serdes(name).unwrap_or_else(|| {
            let known: Vec<_> = fit.rules().iter().chain(beside).copied().collect();
            slip::unknown("rule", name, &known, &rules_for)
        }),
        _ if fit.rules().contains(&name) => return Ok(()),
        _ => {
            let meant = fit.instead_of(name).map(|meant| format!(": did you mean `{meant}`? "));
            let instead = match fit.rules() {
                [one] => format!("the one rule for it is `{one}`"),
                several => format!("{rules_for}: {}", symbol::list(several)),
            };
            let so = meant.unwrap_or_else(|| "; ".to_owned());
            format!("the rule `{name}` does not apply to `{spelled}`{so}{instead}")
        }
    };
    Err(ctxt.error(&rule.key, message))
}

fn one_of(ctxt: &Ctxt, key: &Ident, texts: &[LitStr]) -> Result<RuleForm, Reported> {
    if texts.is_empty() {
        return Err(
            ctxt.error(key, "`one_of` takes at least one text: as it is, nothing could ever be stored")
        );
    }
    let mut allowed: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if allowed.contains(&text.value()) {
            return Err(ctxt.error(text, format!("{:?} is given twice", text.value())));
        }
        allowed.push(text.value());
    }
    Ok(RuleForm::OneOf(allowed))
}

fn refuse_crossed(ctxt: &Ctxt, min: Option<&RawNumber>, crossed: bool) -> Result<(), Reported> {
    if crossed {
        return Err(ctxt.error(min, "`min` is more than `max`: nothing could ever be stored"));
    }
    Ok(())
}

/// A bound of a length.
fn length(ctxt: &Ctxt, raw: Option<&RawNumber>) -> Result<Option<usize>, Reported> {
    let Some(raw) = raw else { return Ok(None) };
    match raw.count() {
        Some(n) => Ok(Some(n)),
        None => Err(ctxt.error(raw, "a length is a whole number from 0 to 4294967295")),
    }
}

/// A bound of a range of numbers of a type.
fn number(ctxt: &Ctxt, raw: Option<&RawNumber>, fit: Fit<'_>) -> Result<Option<Number>, Reported> {
    let Some(raw) = raw else { return Ok(None) };
    let value = match raw {
        RawNumber::Int(int) => int.base10_parse().ok().map(Number::Int),
        RawNumber::Float(float) => {
            float.base10_parse::<f64>().ok().filter(|value| value.is_finite()).map(Number::Float)
        }
    };
    let Some(value) = value else {
        return Err(ctxt.error(raw, "a bound is a number that fits an `i128` or an `f64`"));
    };
    if let Fit::Integer { name, min, max } = fit {
        let Number::Int(n) = value else {
            return Err(ctxt.error(raw, format!("a bound of an `{name}` is a whole number")));
        };
        if n < min || n > max {
            return Err(ctxt.error(raw, format!("{n} is no `{name}`, which goes from {min} to {max}")));
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
