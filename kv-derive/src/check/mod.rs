//! Checks the parsed item and builds the model.

mod key_template;
mod stored;

use crate::ast::{self, Item, Target};
use crate::attr::{Arg, FieldAttrs};
use crate::ctxt::{Ctxt, Reported, all};
use crate::model::{Body, Field, Fields, Foreign, KeyPiece, Model, Variant, WireVariant};
use crate::rule::{self, ANY_INT, CUSTOM, Rule, function};
use crate::serde_view::{Form, WireDefault, WireField};
use crate::suggest;
use crate::symbol;
use crate::type_class;
use kv_schema::elm::{self, ElmNameError};
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{LitStr, Type};

/// The result of the check.
pub(crate) struct Checked<'a> {
    pub(crate) model: Result<Model<'a>, Reported>,
    /// The key template, if it is valid, even when the rest of the item is not.
    pub(crate) key: Option<Vec<KeyPiece<'a>>>,
}

pub(crate) fn check<'a>(ctxt: &Ctxt, item: Item<'a>) -> Checked<'a> {
    let key = match (item.target, &item.attrs.key) {
        (Target::KvType, Some(arg)) => {
            let body = item.body.as_ref().map_err(|reported| *reported);
            key_template::check(ctxt, &arg.value, body).map(Some)
        }
        _ => Ok(None),
    };
    let model = model(ctxt, item, key.clone());
    Checked { model, key: key.ok().flatten() }
}

fn model<'a>(
    ctxt: &Ctxt,
    item: Item<'a>,
    key: Result<Option<Vec<KeyPiece<'a>>>, Reported>,
) -> Result<Model<'a>, Reported> {
    refuse_parameters(ctxt, &item);
    let krate = item.attrs.krate().ok_or_else(|| {
        let given = item.attrs.krate.as_ref().map(|arg| &arg.value);
        ctxt.error(given, "expected the path of `kv-core`, as in `\"::kv_core\"`")
    });
    let validate = item.attrs.validate.as_ref().map(|arg| function(ctxt, &arg.value)).transpose();
    let heap_size = item.attrs.heap_size.as_ref().map(|arg| function(ctxt, &arg.value)).transpose();
    let wire = item.attrs.wire.as_ref().map(|arg| wire_type(ctxt, arg)).transpose();
    let example = item.attrs.example.as_ref().map(|arg| arg.value.value());
    if let (Some(arg), None) = (&item.attrs.example, &item.attrs.wire) {
        ctxt.error(&arg.name, "`example` on a type requires `wire`; add `wire` or move `example` to a field");
    }
    let stored = match item.target {
        Target::KvType => stored::check(ctxt, item.ident, &item.attrs, key).map(Some),
        Target::KvField => {
            stored::refuse_all(ctxt, &item.attrs);
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

fn elm_name(
    ctxt: &Ctxt,
    arg: Option<&Arg<LitStr>>,
    check: fn(&str) -> Result<(), ElmNameError>,
) -> Result<Option<String>, Reported> {
    let Some(arg) = arg else { return Ok(None) };
    let name = arg.value.value();
    match check(&name) {
        Ok(()) => Ok(Some(name)),
        Err(error) => Err(ctxt.error(&arg.value, suggest::with_elm_name(&error, &name, check))),
    }
}

fn refuse_parameters(ctxt: &Ctxt, item: &Item<'_>) {
    if let Some(lifetime) = item.generics.lifetimes().next() {
        ctxt.error(lifetime, "a stored value cannot borrow; use owned types such as `String` or `Arc<str>`");
    }
    let has_parameters =
        item.generics.type_params().next().is_some() || item.generics.const_params().next().is_some();
    if item.target == Target::KvType && has_parameters {
        let name = item.ident;
        ctxt.error(
            &item.generics.params,
            format!(
                "a stored type cannot have parameters, because all its instances would share one tag; derive \
                 `KvField` on `{name}`, and store a newtype of each instance, such as `#[derive(KvType)] \
                 #[serde(transparent)] struct Stored{name}({name}<…>);`"
            ),
        );
    }
}

fn variant<'a>(ctxt: &Ctxt, variant: ast::Variant<'a>, deny_unknown: bool) -> Result<Variant<'a>, Reported> {
    let wire = variant.wire;
    if wire.skipped {
        // A skipped variant may have fields of any type.
        if let Some(arg) = &variant.attrs.elm {
            ctxt.error(&arg.name, "a skipped variant has no name in Elm; remove `elm`");
        }
        refuse_args_on_skipped(ctxt, &variant.fields.fields);
        return Ok(Variant { ident: variant.ident, wire: None, fields: Fields::Unit });
    }
    let elm = elm_name(ctxt, variant.attrs.elm.as_ref(), elm::check_variant);
    let fields = fields(ctxt, variant.fields, deny_unknown);
    let wire = WireVariant {
        name: wire.name,
        aliases: wire.aliases,
        docs: variant.docs,
        other: wire.other,
        untagged: wire.untagged,
        elm: elm?,
    };
    Ok(Variant { ident: variant.ident, wire: Some(wire), fields: fields? })
}

fn fields<'a>(ctxt: &Ctxt, list: ast::FieldList<'a>, deny_unknown: bool) -> Result<Fields<'a>, Reported> {
    let (skipped, written): (Vec<_>, Vec<_>) = list.fields.into_iter().partition(ast::Field::is_skipped);
    refuse_args_on_skipped(ctxt, &skipped);
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

/// Returns the names of the fields that have `#[kv(skip)]` but not `#[serde(skip)]`.
fn hidden(body: &ast::Body<'_>) -> Vec<String> {
    let names = |list: &ast::FieldList<'_>, variant: Option<&Ident>| -> Vec<String> {
        let hidden = list.fields.iter().filter(|field| field.is_skipped() && !field.wire.skipped);
        let name = |field: &ast::Field<'_>| match variant {
            Some(variant) => format!("{}.{}", variant.unraw(), field.rust_name()),
            None => field.rust_name(),
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

/// `named` says whether the field is a member of an object and so has a name in Elm.
fn field<'a>(ctxt: &Ctxt, field: ast::Field<'a>, named: bool) -> Result<Field<'a>, Reported> {
    let rust_name = field.rust_name();
    let wire = field.wire;
    if let (Some(place), WireDefault::None) = (wire.may_be_left_out, &wire.default)
        && (wire.with || !type_class::is_option(field.ty))
    {
        ctxt.error_at(
            place,
            "`skip_serializing_if` omits a field that readers require; add `#[serde(default)]`",
        );
    }
    let opaque = field.attrs.opaque.is_some();
    let elm = match &field.attrs.elm {
        Some(arg) if !named => {
            let message = "a field of a tuple or a transparent struct has no name in Elm; remove `elm`";
            Err(ctxt.error(&arg.name, message))
        }
        arg => elm_name(ctxt, arg.as_ref(), elm::check_field),
    };
    if let (true, Some(arg)) = (opaque, &field.attrs.wire) {
        ctxt.error(&arg.name, "`opaque` and `wire` give one field two wire forms; remove one of them");
    }
    let foreign = field.attrs.wire.as_ref().map(|arg| {
        let ty = wire_type(ctxt, arg)?;
        refuse_mismatched_null(ctxt, arg, &ty, field.ty, &wire);
        Ok(ty)
    });
    let heap_size = field.attrs.heap_size.as_ref().map(|arg| function(ctxt, &arg.value)).transpose();
    let example = field.attrs.example.as_ref().map(|arg| arg.value.value());
    let foreign = foreign.transpose();
    let rules =
        field_rules(ctxt, field.attrs, foreign.as_ref().ok().and_then(Option::as_ref).unwrap_or(field.ty));
    let (foreign, heap_size, elm, rules) = (foreign?, heap_size?, elm?, rules?);
    Ok(Field {
        rust_name,
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

fn field_rules(ctxt: &Ctxt, attrs: FieldAttrs, ty: &Type) -> Result<Vec<Rule>, Reported> {
    // `any_int` is about the JSON. Other rules would check the Rust value, whose type is not that
    // on the wire.
    let (allowed, reason): (&[&str], _) = if attrs.opaque.is_some() {
        (&[CUSTOM], "does not apply to an `opaque` field; the only rule for it is `custom`")
    } else if attrs.wire.is_some() {
        (&[CUSTOM, ANY_INT], "would check the Rust type of the field, not its wire form; use `custom`")
    } else {
        return rule::check_all(ctxt, attrs.rules, ty, symbol::ON_FIELD);
    };
    let refused = attrs.rules.iter().filter(|rule| rule.def.is_some_and(|def| !allowed.contains(&def.name)));
    let refused = refused.map(|rule| ctxt.error(&rule.name, format!("`{}` {reason}", rule.name.unraw())));
    match refused.collect::<Vec<_>>().pop() {
        Some(reported) => Err(reported),
        None => rule::check_all(ctxt, attrs.rules, ty, symbol::ON_FIELD),
    }
}

fn refuse_args_on_skipped(ctxt: &Ctxt, skipped: &[ast::Field<'_>]) {
    for field in skipped {
        let attrs = &field.attrs;
        if let Some(arg) = &attrs.heap_size {
            ctxt.error(
                &arg.name,
                "a skipped field is not measured; move `heap_size` to the type, where its function measures whole values",
            );
        }
        if let Some(arg) = &attrs.elm {
            ctxt.error(&arg.name, "a skipped field has no name in Elm; remove `elm`");
        }
        let (known, unknown): (Vec<_>, Vec<_>) = attrs.rules.iter().partition(|rule| rule.def.is_some());
        for rule in unknown {
            let _ = rule::applicable(ctxt, rule, field.ty, symbol::ON_FIELD);
        }
        let opaque = attrs.opaque.as_ref().map(|arg| &arg.name);
        let strings = [&attrs.wire, &attrs.example].into_iter().flatten().map(|arg| &arg.name);
        for name in known.into_iter().map(|rule| &rule.name).chain(opaque).chain(strings) {
            let message = "a skipped field takes no rules and no wire form; remove";
            ctxt.error(name, format!("{message} `{name}`"));
        }
    }
}

fn wire_type(ctxt: &Ctxt, arg: &Arg<LitStr>) -> Result<Type, Reported> {
    let form = "expected a type, as in `\"String\"` or `\"HashMap<String, i64>\"`";
    arg.value.parse().map_err(|_| ctxt.error(&arg.value, form))
}

/// Refuses a type on the wire that differs from the field in whether the member may be `null` or
/// missing.
fn refuse_mismatched_null(ctxt: &Ctxt, arg: &Arg<LitStr>, on_wire: &Type, ty: &Type, wire: &WireField) {
    if !wire.with && type_class::is_option(ty) && !type_class::is_option(on_wire) {
        let on_wire = type_class::spelled(on_wire);
        ctxt.error(
            &arg.value,
            format!(
                "serde writes `None` as `null`, which `{on_wire}` does not allow; write `wire = \"Option<{on_wire}>\"`"
            ),
        );
    }
    if wire.with && type_class::is_option(on_wire) && matches!(wire.default, WireDefault::None) {
        ctxt.error(
            &arg.value,
            "serde requires a member that a function reads, even if it may be `null`; add `#[serde(default)]`",
        );
    }
}
