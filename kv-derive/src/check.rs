//! From what was written to a model in which nothing wrong can be said: `expand` has no errors to return.

use crate::ast::{self, Item};
use crate::attr::{TypeAttrs, Word};
use crate::ctxt::{Ctxt, Reported};
use crate::fit;
use crate::key_template::{self, KeyPiece};
use crate::rules::{Function, Rule, field_rules, function, refuse_words_on_skipped};
use crate::serde_view::{Form, Tagging, WireDefault, WireField};
use crate::slip;
use crate::symbol::{self, Target};
use kv_schema::elm::{self, ElmNameError};
use kv_schema::prefix::{self, PrefixError};
use kv_schema::tag;
use kv_schema::ttl::{self, MaxTtl, TtlError};
use proc_macro2::Ident;
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
    /// The function that checks whole values.
    pub(crate) validate: Option<Function>,
    /// The function that measures whole values.
    pub(crate) heap_size: Option<Function>,
    /// The fields, by name, that `skip` alone leaves out.
    pub(crate) hidden: Vec<String>,
    /// The name in Elm.
    pub(crate) elm: Option<String>,
    /// For `KvType` alone.
    pub(crate) stored: Option<Stored<'a>>,
}

pub(crate) struct Stored<'a> {
    pub(crate) tag: String,
    pub(crate) prefix: String,
    pub(crate) ttl: Option<Duration>,
    pub(crate) max_ttl: MaxTtl,
    pub(crate) plural: Option<String>,
    /// How many entries there may be; `"oldest"` is the one policy, so nothing says which makes way.
    pub(crate) max_entries: Option<usize>,
    /// The pieces of the key template.
    pub(crate) key: Option<Vec<KeyPiece<'a>>>,
}

pub(crate) enum Body<'a> {
    Struct(Fields<'a>),
    Enum { tagging: Tagging, variants: Vec<Variant<'a>> },
    Foreign(Foreign),
}

/// A type whose form on the wire is that of another.
pub(crate) struct Foreign {
    /// The type on the wire.
    pub(crate) ty: Type,
    pub(crate) example: Option<String>,
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
    pub(crate) elm: Option<String>,
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

#[expect(clippy::struct_excessive_bools, reason = "each is a word that stands on a field or does not")]
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) rust_name: String,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) docs: String,
    pub(crate) default: WireDefault,
    pub(crate) may_be_left_out: bool,
    pub(crate) flatten: bool,
    /// Whether serde's form of it is none of ours.
    pub(crate) opaque: bool,
    /// Whether functions of the application's read and write it.
    pub(crate) with: bool,
    /// The type on the wire, if it is not the field's own.
    pub(crate) wire: Option<Type>,
    pub(crate) example: Option<String>,
    /// The function that measures it.
    pub(crate) heap_size: Option<Function>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) elm: Option<String>,
}

impl Field<'_> {
    /// Whether the field's own type says nothing about its form: that is any JSON, or that of another type.
    pub(crate) fn is_foreign(&self) -> bool {
        self.opaque || self.wire.is_some()
    }

    /// Whether serde reads it as `None` where it is missing: its type is an `Option`, as far as its tokens tell, and
    /// no function reads it.
    pub(crate) fn is_option(&self) -> bool {
        fit::is_option(self.ty) && !self.with
    }
}

/// What became of an item.
pub(crate) struct Judged<'a> {
    pub(crate) model: Result<Model<'a>, Reported>,
    /// The key template, sound even where the rest is not.
    pub(crate) key: Option<Vec<KeyPiece<'a>>>,
}

/// Judges the item.
pub(crate) fn check<'a>(ctxt: &Ctxt, item: Item<'a>) -> Judged<'a> {
    let key = match (item.target, &item.attrs.key) {
        (Target::KvType, Some(word)) => {
            let body = item.body.as_ref().map_err(|reported| *reported);
            key_template::judge(ctxt, &word.value, body).map(Some)
        }
        _ => Ok(None),
    };
    let model = model(ctxt, item, key.clone());
    Judged { model, key: key.ok().flatten() }
}

fn model<'a>(
    ctxt: &Ctxt,
    item: Item<'a>,
    key: Result<Option<Vec<KeyPiece<'a>>>, Reported>,
) -> Result<Model<'a>, Reported> {
    refuse_parameters(ctxt, &item);
    let krate = item.attrs.krate().ok_or_else(|| {
        let given = item.attrs.krate.as_ref().map(|word| &word.value);
        ctxt.error(given, "expected the path of `kv-core`, as in `\"::kv_core\"`")
    });
    let validate = item.attrs.validate.as_ref().map(|word| function(ctxt, &word.value)).transpose();
    let heap_size = item.attrs.heap_size.as_ref().map(|word| function(ctxt, &word.value)).transpose();
    let wire = item.attrs.wire.as_ref().map(|word| wire_type(ctxt, word)).transpose();
    let example = item.attrs.example.as_ref().map(|word| word.value.value());
    if let (Some(word), None) = (&item.attrs.example, &item.attrs.wire) {
        ctxt.error(&word.key, "`example` on a type goes together with `wire`: move it to a field");
    }
    let stored = match item.target {
        Target::KvType => stored(ctxt, item.ident, &item.attrs, key).map(Some),
        Target::KvField => {
            refuse_words_of_stored_types(ctxt, &item.attrs);
            Ok(None)
        }
    };
    let elm = elm_name(ctxt, item.attrs.elm.as_ref(), elm::check_type);
    let deny_unknown = item.deny_unknown;
    let hidden = item.body.as_ref().map_or_else(|_| Vec::new(), hidden);
    let body = item.body.and_then(|body| match body {
        ast::Body::Foreign => wire?.ok_or(Reported).map(|ty| Body::Foreign(Foreign { ty, example })),
        ast::Body::Struct(list) => fields(ctxt, list, deny_unknown).map(Body::Struct),
        ast::Body::Enum { tagging, variants } => {
            all(variants.into_iter().map(|v| variant(ctxt, v, deny_unknown)))
                .map(|variants| Body::Enum { tagging, variants })
        }
    });
    let (krate, validate, heap_size, stored, elm, body) =
        (krate?, validate?, heap_size?, stored?, elm?, body?);
    Ok(Model {
        vis: item.vis,
        ident: item.ident,
        generics: item.generics,
        krate,
        docs: item.docs,
        body,
        validate,
        heap_size,
        hidden,
        elm,
        stored,
    })
}

/// Checks a name in Elm, and proposes the nearest one that is valid.
fn elm_name(
    ctxt: &Ctxt,
    word: Option<&Word<LitStr>>,
    check: fn(&str) -> Result<(), ElmNameError>,
) -> Result<Option<String>, Reported> {
    let Some(word) = word else { return Ok(None) };
    let name = word.value.value();
    match check(&name) {
        Ok(()) => Ok(Some(name)),
        Err(error) => Err(ctxt.error(&word.value, slip::with_elm_name(&error, &name, check))),
    }
}

/// All results, after every one has been made: an error in one hides none in the next.
pub(crate) fn all<T>(results: impl Iterator<Item = Result<T, Reported>>) -> Result<Vec<T>, Reported> {
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
    let texts = [&attrs.tag, &attrs.prefix, &attrs.ttl, &attrs.max_ttl, &attrs.key, &attrs.plural]
        .into_iter()
        .flatten();
    let max_entries = attrs.max_entries.as_ref().map(|word| &word.key);
    let evict = attrs.evict.as_ref().map(|word| &word.key);
    for word in texts.map(|word| &word.key).chain(max_entries).chain(evict) {
        ctxt.error(word, format!("`{word}` is for stored types: derive `KvType` instead of `KvField`"));
    }
}

/// Judges the words of a stored type.
fn stored<'a>(
    ctxt: &Ctxt,
    ident: &Ident,
    attrs: &TypeAttrs,
    key: Result<Option<Vec<KeyPiece<'a>>>, Reported>,
) -> Result<Stored<'a>, Reported> {
    let tag = match &attrs.tag {
        Some(word) => {
            let tag = word.value.value();
            tag::check(&tag)
                .map_err(|error| ctxt.error(&word.value, slip::with_name(&error, &tag)))
                .map(|()| tag)
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
            prefix::check(&prefix)
                .map_err(|error| {
                    let instead = match error {
                        PrefixError::End(_) => format!(": write \"{prefix}:\""),
                        _ => String::new(),
                    };
                    ctxt.error(&word.value, format!("{error}{instead}"))
                })
                .map(|()| prefix.clone())
        }
        None => tag.as_ref().map(|tag| format!("{tag}:")).map_err(|reported| *reported),
    };
    let ttl = match &attrs.ttl {
        Some(word) => duration(ctxt, &word.value).map(Some),
        None => Ok(None),
    };
    let max_ttl = max_ttl(ctxt, attrs, ttl);
    let plural = attrs.plural.as_ref().map(|word| {
        let plural = word.value.value();
        // It becomes a part of names, as a tag does.
        let form = "a plural is a name: an ASCII letter, then up to 63 letters, digits and `_`";
        let checked = tag::check(&plural);
        checked.map_err(|_| ctxt.error(&word.value, slip::with_name(&form, &plural))).map(|()| plural)
    });
    let max_entries = max_entries(ctxt, attrs);
    Ok(Stored {
        tag: tag?,
        prefix: prefix?,
        ttl: ttl?,
        max_ttl: max_ttl?,
        plural: plural.transpose()?,
        max_entries: max_entries?,
        key: key?,
    })
}

/// Reads a time to live.
fn duration(ctxt: &Ctxt, word: &LitStr) -> Result<Duration, Reported> {
    let text = word.value();
    ttl::parse(&text).map_err(|error| match slip::ttl(&text) {
        Some(meant) if error == TtlError::Form => {
            let form = "a time to live is a whole number and a unit, `ms`, `s`, `m`, `h` or `d`";
            ctxt.error(word, format!("{form}: did you mean {meant:?}?"))
        }
        _ => ctxt.error(word, error),
    })
}

/// Reads the longest time to live that a client may ask for, which is at least the type's own.
fn max_ttl(
    ctxt: &Ctxt,
    attrs: &TypeAttrs,
    ttl: Result<Option<Duration>, Reported>,
) -> Result<MaxTtl, Reported> {
    let Some(word) = &attrs.max_ttl else { return Ok(MaxTtl::OfCatalog) };
    let text = word.value.value();
    if text == "none" {
        return Ok(MaxTtl::Unbounded);
    }
    if !text.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        let message = "`max_ttl` is a time to live, such as \"1d\", or \"none\" for no bound";
        return Err(ctxt.error(&word.value, message));
    }
    let max = duration(ctxt, &word.value)?;
    match (ttl, &attrs.ttl) {
        (Ok(Some(ttl)), Some(own)) if ttl > max => {
            let (ttl, max) = (own.value.value(), word.value.value());
            let message = format!(
                "`max_ttl` is {max:?}, but an entry lives for {ttl:?} by `ttl`: give a `max_ttl` of at least {ttl:?}"
            );
            Err(ctxt.error(&word.value, message))
        }
        _ => Ok(MaxTtl::Of(max)),
    }
}

/// How many entries there may be. The two words go together, so that who reads the number reads what happens beyond it.
fn max_entries(ctxt: &Ctxt, attrs: &TypeAttrs) -> Result<Option<usize>, Reported> {
    let (most, evict) = (&attrs.max_entries, &attrs.evict);
    let together = match (most, evict) {
        (Some(word), None) => {
            let example = symbol::example(symbol::EVICT);
            let message = format!("`max_entries` does not say which entry makes way: add `{example}`");
            Err(ctxt.error(&word.key, message))
        }
        (None, Some(word)) => {
            let example = symbol::example(symbol::MAX_ENTRIES);
            let message = format!("`evict` does not say how many entries may stay: add `{example}`");
            Err(ctxt.error(&word.key, message))
        }
        _ => Ok(()),
    };
    let most = most.as_ref().map(|word| {
        let number = word.value.as_ref().ok_or(Reported)?;
        // A collection has so many places.
        let form = "a number of entries is a whole number from 1 to 4294967295";
        number.count().filter(|n| *n > 0).ok_or_else(|| ctxt.error(number, form))
    });
    let evict = evict.as_ref().map(|word| {
        let text = word.value.as_ref().ok_or(Reported)?;
        let policy = text.value();
        if symbol::POLICIES.contains(&policy.as_str()) {
            return Ok(());
        }
        Err(ctxt.error(text, slip::unknown("policy", &policy, symbol::POLICIES, "what `evict` takes is")))
    });
    together?;
    evict.transpose()?;
    most.transpose()
}

fn variant<'a>(ctxt: &Ctxt, variant: ast::Variant<'a>, deny_unknown: bool) -> Result<Variant<'a>, Reported> {
    let wire = variant.wire;
    if wire.skipped {
        // A variant that is never on the wire may hold fields of any type.
        if let Some(word) = &variant.attrs.elm {
            ctxt.error(&word.key, "a variant that serde skips has no name in Elm: leave this word out");
        }
        refuse_words_on_skipped(ctxt, &variant.fields.fields);
        return Ok(Variant { ident: variant.ident, wire: None, fields: Fields::Unit });
    }
    let elm = elm_name(ctxt, variant.attrs.elm.as_ref(), elm::check_variant);
    let fields = fields(ctxt, variant.fields, deny_unknown);
    let on_the_wire = WireVariant {
        name: wire.name,
        aliases: wire.aliases,
        docs: variant.docs,
        other: wire.other,
        untagged: wire.untagged,
        elm: elm?,
    };
    let fields = fields?;
    Ok(Variant { ident: variant.ident, wire: Some(on_the_wire), fields })
}

fn fields<'a>(ctxt: &Ctxt, list: ast::FieldList<'a>, deny_unknown: bool) -> Result<Fields<'a>, Reported> {
    let (skipped, written): (Vec<_>, Vec<_>) = list.fields.into_iter().partition(ast::Field::is_left_out);
    refuse_words_on_skipped(ctxt, &skipped);
    let named = matches!(list.form, Form::Named);
    let mut fields = all(written.into_iter().map(|f| field(ctxt, f, named)))?;
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

/// The fields that `skip` leaves out of the schema while serde, if it is derived, writes them.
fn hidden(body: &ast::Body<'_>) -> Vec<String> {
    let names = |list: &ast::FieldList<'_>, variant: Option<&Ident>| -> Vec<String> {
        let hidden = list.fields.iter().filter(|field| field.is_left_out() && !field.wire.skipped);
        let name = |field: &ast::Field<'_>| match variant {
            Some(variant) => format!("{}.{}", variant.unraw(), rust_name(&field.member)),
            None => rust_name(&field.member),
        };
        hidden.map(name).collect()
    };
    match body {
        ast::Body::Foreign => Vec::new(),
        ast::Body::Struct(list) => names(list, None),
        ast::Body::Enum { variants, .. } => {
            let written = variants.iter().filter(|variant| !variant.wire.skipped);
            written.flat_map(|variant| names(&variant.fields, Some(variant.ident))).collect()
        }
    }
}

/// A field's name without `r#`, or its position.
pub(crate) fn rust_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// `named` says whether the field is a member of an object, and so has a name in Elm.
fn field<'a>(ctxt: &Ctxt, field: ast::Field<'a>, named: bool) -> Result<Field<'a>, Reported> {
    let wire = field.wire;
    if let (Some(place), WireDefault::None) = (wire.may_be_left_out, &wire.default)
        && (wire.with || !fit::is_option(field.ty))
    {
        ctxt.error_at(
            place,
            "`skip_serializing_if` leaves out what a reader needs: add `#[serde(default)]` beside it",
        );
    }
    let opaque = field.attrs.opaque.is_some();
    let elm = match &field.attrs.elm {
        Some(word) if !named => {
            let message =
                "a field of a tuple or a transparent struct has no name in Elm: leave this word out";
            Err(ctxt.error(&word.key, message))
        }
        word => elm_name(ctxt, word.as_ref(), elm::check_field),
    };
    if let (true, Some(word)) = (opaque, &field.attrs.wire) {
        ctxt.error(&word.key, "`opaque` and `wire` name two forms for one field: keep one of them");
    }
    let foreign = field.attrs.wire.as_ref().map(|word| {
        let ty = wire_type(ctxt, word)?;
        refuse_mismatched_null(ctxt, word, &ty, field.ty, &wire);
        Ok(ty)
    });
    let heap_size = field.attrs.heap_size.as_ref().map(|word| function(ctxt, &word.value)).transpose();
    let example = field.attrs.example.as_ref().map(|word| word.value.value());
    let foreign = foreign.transpose();
    let rules =
        field_rules(ctxt, field.attrs, foreign.as_ref().ok().and_then(Option::as_ref).unwrap_or(field.ty));
    let (foreign, heap_size, elm, rules) = (foreign?, heap_size?, elm?, rules?);
    Ok(Field {
        rust_name: rust_name(&field.member),
        member: field.member,
        ty: field.ty,
        name: wire.name,
        aliases: wire.aliases,
        docs: field.docs,
        default: wire.default,
        may_be_left_out: wire.may_be_left_out.is_some(),
        flatten: wire.flatten,
        opaque,
        with: wire.with,
        wire: foreign,
        example,
        heap_size,
        rules,
        elm,
    })
}

/// The type that `wire` names.
fn wire_type(ctxt: &Ctxt, word: &Word<LitStr>) -> Result<Type, Reported> {
    let form = "expected a type, as in `\"String\"` or `\"HashMap<String, i64>\"`";
    word.value.parse().map_err(|_| ctxt.error(&word.value, form))
}

/// Refuses a type on the wire that differs from the field in whether `null`, or no member at all, can be there.
fn refuse_mismatched_null(ctxt: &Ctxt, word: &Word<LitStr>, on_wire: &Type, ty: &Type, wire: &WireField) {
    if !wire.with && fit::is_option(ty) && !fit::is_option(on_wire) {
        let on_wire = fit::spelled(on_wire);
        ctxt.error(
            &word.value,
            format!(
                "serde writes `None` as `null`, which is no `{on_wire}`: write `wire = \"Option<{on_wire}>\"`"
            ),
        );
    }
    if wire.with && fit::is_option(on_wire) && matches!(wire.default, WireDefault::None) {
        ctxt.error(
            &word.value,
            "serde requires a field that a function reads, even where it may be `null`: add `#[serde(default)]`",
        );
    }
}
