//! From what was written to a model in which nothing wrong can be said: `expand` has no errors to return.

use crate::ast::{self, Item};
use crate::attr::{RawForm, RawNumber, RawRule, TypeAttrs};
use crate::ctxt::{Ctxt, Reported};
use crate::fit::{self, Fit};
use crate::serde_view::{Form, Tagging};
use crate::symbol::{self, Target};
use kv_schema::template::{self, Piece};
use kv_schema::{key, prefix, tag, ttl};
use proc_macro2::{Ident, Span};
use std::time::Duration;
use syn::ext::IdentExt;
use syn::{Generics, LitStr, Member, Path, Type, Visibility};

/// Everything that the implementations need, and only what is sound.
pub(crate) struct Model<'a> {
    pub(crate) vis: &'a Visibility,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    /// Where kv-core is to be found.
    pub(crate) krate: Path,
    pub(crate) docs: String,
    pub(crate) body: Body<'a>,
    /// For `KvType` alone.
    pub(crate) stored: Option<Stored<'a>>,
}

pub(crate) struct Stored<'a> {
    pub(crate) tag: String,
    pub(crate) prefix: String,
    pub(crate) ttl: Option<Duration>,
    /// The pieces of the key template.
    pub(crate) key: Option<Vec<KeyPiece<'a>>>,
}

pub(crate) enum KeyPiece<'a> {
    Text(String),
    Part {
        name: String,
        member: Member,
        ty: &'a Type,
        /// The text behind it; empty at the end.
        separator: String,
    },
}

pub(crate) enum Body<'a> {
    Struct(Fields<'a>),
    Enum { tagging: Tagging, variants: Vec<Variant<'a>> },
}

pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    /// `None` when it never stands on the wire.
    pub(crate) wire: Option<WireVariant>,
    pub(crate) fields: Fields<'a>,
}

pub(crate) struct WireVariant {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) docs: String,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
}

/// The fields that are on the wire, and their form.
pub(crate) enum Fields<'a> {
    Unit,
    Newtype { field: Box<Field<'a>>, transparent: bool },
    Tuple(Vec<Field<'a>>),
    Named { fields: Vec<Field<'a>>, deny_unknown: bool },
}

impl<'a> Fields<'a> {
    pub(crate) fn all(&self) -> &[Field<'a>] {
        match self {
            Self::Unit => &[],
            Self::Newtype { field, .. } => std::slice::from_ref(field),
            Self::Tuple(fields) | Self::Named { fields, .. } => fields,
        }
    }
}

pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) rust_name: String,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) docs: String,
    pub(crate) default: bool,
    pub(crate) may_be_left_out: bool,
    pub(crate) flatten: bool,
    pub(crate) rules: Vec<Rule>,
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
    OneOf(Vec<String>),
    Each(Vec<Rule>),
    Custom { path: Path, name: String },
}

#[derive(Clone, Copy)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

/// Judges the item.
pub(crate) fn check<'a>(ctxt: &Ctxt, item: Item<'a>) -> Result<Model<'a>, Reported> {
    refuse_parameters(ctxt, &item);
    let krate = item.attrs.krate().ok_or_else(|| {
        let given = item.attrs.krate.as_ref().map(|word| &word.value);
        ctxt.error(given, "expected a path, as in `\"::kv_core\"`")
    });
    for (ty, raw) in item.stray_rules {
        // For its errors alone: the item is refused in any case.
        let _ = rules(ctxt, raw, ty);
    }
    let deny_unknown = item.deny_unknown;
    let body = item.body.and_then(|body| match body {
        ast::Body::Struct(list) => fields(ctxt, list, deny_unknown).map(Body::Struct),
        ast::Body::Enum { tagging, variants } => {
            all(variants.into_iter().map(|v| variant(ctxt, v, deny_unknown)))
                .map(|variants| Body::Enum { tagging, variants })
        }
    });
    let stored = match item.target {
        Target::KvType => stored(ctxt, item.ident, &item.attrs, body.as_ref().ok()).map(Some),
        Target::KvField => {
            refuse_words_of_stored_types(ctxt, &item.attrs);
            Ok(None)
        }
    };
    let (krate, stored, body) = (krate?, stored?, body?);
    Ok(Model {
        vis: item.vis,
        ident: item.ident,
        generics: item.generics,
        krate,
        docs: item.docs,
        body,
        stored,
    })
}

/// All results, after every one has been made: an error in one hides none in the next.
fn all<T>(results: impl Iterator<Item = Result<T, Reported>>) -> Result<Vec<T>, Reported> {
    results.collect::<Vec<_>>().into_iter().collect()
}

fn refuse_parameters(ctxt: &Ctxt, item: &Item<'_>) {
    if let Some(lifetime) = item.generics.lifetimes().next() {
        ctxt.error(
            lifetime,
            "a stored value owns all it holds: use owned types such as `String` or `Arc<str>`",
        );
    }
    let has_parameters =
        item.generics.type_params().next().is_some() || item.generics.const_params().next().is_some();
    if item.target == Target::KvType && has_parameters {
        let name = item.ident;
        ctxt.error(
            &item.generics.params,
            format!(
                "a stored type has no parameters, since all its instances would share one tag: derive `KvField` on \
                 `{name}`, and store a newtype of each instance, such as `#[derive(KvType)] #[serde(transparent)] \
                 struct Stored{name}({name}<…>);`"
            ),
        );
    }
}

fn refuse_words_of_stored_types(ctxt: &Ctxt, attrs: &TypeAttrs) {
    for word in [&attrs.tag, &attrs.prefix, &attrs.ttl, &attrs.key].into_iter().flatten() {
        ctxt.error(
            &word.key,
            format!("`{}` is for stored types: derive `KvType` instead of `KvField`", word.key),
        );
    }
}

/// Judges the words of a stored type; those about fields only where there is a body.
fn stored<'a>(
    ctxt: &Ctxt,
    ident: &Ident,
    attrs: &TypeAttrs,
    body: Option<&Body<'a>>,
) -> Result<Stored<'a>, Reported> {
    let tag = match &attrs.tag {
        Some(word) => {
            let tag = word.value.value();
            tag::check(&tag).map(|()| tag).map_err(|error| ctxt.error(&word.value, error))
        }
        None => {
            let tag = ident.unraw().to_string();
            tag::check(&tag)
                .map(|()| tag)
                .map_err(|error| ctxt.error(ident, format!("{error}; name one with `#[kv(tag = \"…\")]`")))
        }
    };
    let prefix = match &attrs.prefix {
        Some(word) => {
            let prefix = word.value.value();
            prefix::check(&prefix).map(|()| prefix).map_err(|error| ctxt.error(&word.value, error))
        }
        None => tag.as_ref().map(|tag| format!("{tag}:")).map_err(|reported| *reported),
    };
    let ttl = match &attrs.ttl {
        Some(word) => {
            ttl::parse(&word.value.value()).map(Some).map_err(|error| ctxt.error(&word.value, error))
        }
        None => Ok(None),
    };
    let key = match (&attrs.key, body) {
        (Some(word), Some(body)) => key_template(ctxt, &word.value, body).map(Some),
        _ => Ok(None),
    };
    Ok(Stored { tag: tag?, prefix: prefix?, ttl: ttl?, key: key? })
}

/// Finds the fields of a key template.
fn key_template<'a>(ctxt: &Ctxt, text: &LitStr, body: &Body<'a>) -> Result<Vec<KeyPiece<'a>>, Reported> {
    let template = text.value();
    let pieces = template::parse(&template).map_err(|error| ctxt.error(text, error))?;
    let Body::Struct(fields) = body else {
        return Err(ctxt.error(text, "a key template names fields, and an enum has none in all its variants"));
    };
    if let [Piece::Text(key)] = pieces.as_slice() {
        key::check(key).map_err(|error| ctxt.error(text, error))?;
    }
    let names: Vec<_> = fields.all().iter().map(|field| field.rust_name.as_str()).collect();
    let mut read = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        read.push(match *piece {
            Piece::Text(text) => KeyPiece::Text(text.to_owned()),
            Piece::Part(name) => {
                if pieces[..index].contains(piece) {
                    return Err(ctxt.error(text, format!("`{name}` is a part of the key twice")));
                }
                let Some(field) = fields.all().iter().find(|field| field.rust_name == name) else {
                    return Err(ctxt.error(text, symbol::unknown("field", name, &names, "the fields are")));
                };
                let separator = match pieces.get(index + 1) {
                    Some(Piece::Text(text)) => (*text).to_owned(),
                    _ => String::new(),
                };
                KeyPiece::Part {
                    name: name.to_owned(),
                    member: field.member.clone(),
                    ty: field.ty,
                    separator,
                }
            }
        });
    }
    Ok(read)
}

fn variant<'a>(ctxt: &Ctxt, variant: ast::Variant<'a>, deny_unknown: bool) -> Result<Variant<'a>, Reported> {
    let wire = variant.wire;
    if wire.skipped {
        // What never stands on the wire is of no concern, so its fields may be of any type.
        refuse_rules_on_skipped(ctxt, &variant.fields.fields);
        return Ok(Variant { ident: variant.ident, wire: None, fields: Fields::Unit });
    }
    let on_the_wire = WireVariant {
        name: wire.name,
        aliases: wire.aliases,
        docs: variant.docs,
        other: wire.other,
        untagged: wire.untagged,
    };
    let fields = fields(ctxt, variant.fields, deny_unknown)?;
    Ok(Variant { ident: variant.ident, wire: Some(on_the_wire), fields })
}

fn fields<'a>(ctxt: &Ctxt, list: ast::FieldList<'a>, deny_unknown: bool) -> Result<Fields<'a>, Reported> {
    let (skipped, written): (Vec<_>, Vec<_>) = list.fields.into_iter().partition(|field| field.wire.skipped);
    refuse_rules_on_skipped(ctxt, &skipped);
    let mut fields = all(written.into_iter().map(|f| field(ctxt, f)))?;
    Ok(match list.form {
        Form::Unit => Fields::Unit,
        Form::Tuple => Fields::Tuple(fields),
        Form::Named => Fields::Named { fields, deny_unknown },
        Form::Newtype { transparent } => match fields.pop() {
            Some(only) => Fields::Newtype { field: Box::new(only), transparent },
            None => Fields::Unit,
        },
    })
}

fn refuse_rules_on_skipped(ctxt: &Ctxt, skipped: &[ast::Field<'_>]) {
    for rule in skipped.iter().flat_map(|field| &field.rules) {
        ctxt.error(&rule.key, "what is skipped is not checked: nothing outside the process can set it");
    }
}

fn field<'a>(ctxt: &Ctxt, field: ast::Field<'a>) -> Result<Field<'a>, Reported> {
    let wire = field.wire;
    if wire.may_be_left_out && !wire.default && !is_option(field.ty) {
        ctxt.error(
            field.ty,
            "`skip_serializing_if` leaves out what a reader needs: add `#[serde(default)]` beside it",
        );
    }
    let rules = rules(ctxt, field.rules, field.ty)?;
    Ok(Field {
        rust_name: match &field.member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        },
        member: field.member,
        ty: field.ty,
        name: wire.name,
        aliases: wire.aliases,
        docs: field.docs,
        default: wire.default,
        may_be_left_out: wire.may_be_left_out,
        flatten: wire.flatten,
        rules,
    })
}

/// Whether the tokens say that it is an `Option`, which serde reads as `None` where it is missing. Behind another
/// name it may be one too; `#[serde(default)]` is then asked for, and does no harm.
fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_option(&group.elem),
        Type::Paren(paren) => is_option(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        _ => false,
    }
}

/// Judges the rules for a value of a type.
fn rules(ctxt: &Ctxt, raw: Vec<RawRule>, ty: &Type) -> Result<Vec<Rule>, Reported> {
    let mut seen: Vec<String> = Vec::new();
    all(raw.into_iter().map(|rule| {
        let (name, span) = (rule.key.unraw().to_string(), rule.key.span());
        // Several functions may have their say; every other rule says all in one place.
        if name != symbol::CUSTOM && seen.contains(&name) {
            return Err(ctxt.error(&rule.key, format!("the rule `{name}` is given twice")));
        }
        let form = rule_form(ctxt, rule, &name, ty);
        seen.push(name);
        Ok(Rule { span, form: form? })
    }))
}

fn rule_form(ctxt: &Ctxt, rule: RawRule, name: &str, ty: &Type) -> Result<RuleForm, Reported> {
    let fit = Fit::of(ty);
    refuse_misfit(ctxt, &rule, name, fit, ty)?;
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
        RawForm::OneOf(texts) => one_of(ctxt, &rule.key, &texts),
        RawForm::Each(inner) => {
            if inner.is_empty() {
                return Err(ctxt.error(&rule.key, "`each` takes at least one rule: `each(len(max = 64))`"));
            }
            // Where the tokens do not tell the item's type, the item's rules are left to their trait bounds.
            let unknown: Type = syn::parse_quote!(_);
            rules(ctxt, inner, fit.item().unwrap_or(&unknown)).map(RuleForm::Each)
        }
        RawForm::Custom(text) => {
            let path: Path =
                text.parse().map_err(|_| ctxt.error(&text, "expected the path of a function"))?;
            let name = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).next_back();
            Ok(RuleForm::Custom { path, name: name.unwrap_or_default() })
        }
        RawForm::Unknown => Err(Reported),
    }
}

/// Refuses a word that is no rule, and a rule that is none for this type.
fn refuse_misfit(ctxt: &Ctxt, rule: &RawRule, name: &str, fit: Fit<'_>, ty: &Type) -> Result<(), Reported> {
    let rules_for = match fit {
        Fit::Unknown => "the rules are".to_owned(),
        _ => format!("rules for `{}` are", fit::spelled(ty)),
    };
    let message = match rule.form {
        RawForm::Unknown if symbol::ON_TYPE.contains(&name) => {
            format!("`{name}` stands on the type, not on a field")
        }
        RawForm::Unknown => symbol::unknown("rule", name, fit.rules(), &rules_for),
        _ if fit.rules().contains(&name) => return Ok(()),
        _ => {
            let list = symbol::list(fit.rules());
            format!("the rule `{name}` does not apply to `{}`; {rules_for}: {list}", fit::spelled(ty))
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
    let value = match raw {
        RawNumber::Int(int) => int.base10_parse::<u32>().ok().and_then(|n| usize::try_from(n).ok()),
        RawNumber::Float(_) => None,
    };
    match value {
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
