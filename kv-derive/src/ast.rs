//! The parsed item: syn's fields with serde's names and the arguments of `#[kv(...)]`.

use crate::attr::{self, FieldAttrs, TypeAttrs, VariantAttrs};
use crate::ctxt::{Ctxt, Reported};
use crate::serde_view::{self, Form, Tagging, WireBody, WireField, WireFields, WireVariant};
use syn::ext::IdentExt;
use syn::{DeriveInput, Fields, Generics, Ident, Index, Member, Type, Visibility};

/// The derived trait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    KvType,
    KvField,
}

pub(crate) struct Item<'a> {
    pub(crate) target: Target,
    pub(crate) vis: &'a Visibility,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) docs: String,
    pub(crate) attrs: TypeAttrs,
    pub(crate) deny_unknown: bool,
    pub(crate) body: Result<Body<'a>, Reported>,
}

pub(crate) enum Body<'a> {
    Struct(FieldList<'a>),
    Enum {
        tagging: Tagging,
        variants: Vec<Variant<'a>>,
    },
    /// A type with `wire`.
    Foreign,
}

pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) docs: String,
    pub(crate) wire: WireVariant,
    pub(crate) attrs: VariantAttrs,
    pub(crate) fields: FieldList<'a>,
}

pub(crate) struct FieldList<'a> {
    pub(crate) form: Form,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) docs: String,
    pub(crate) wire: WireField,
    pub(crate) attrs: FieldAttrs,
}

impl Field<'_> {
    /// Whether the schema omits the field.
    pub(crate) fn is_skipped(&self) -> bool {
        self.wire.skipped || self.attrs.skip.is_some()
    }

    /// Returns the name without `r#`, or the index.
    pub(crate) fn rust_name(&self) -> String {
        match &self.member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }
}

pub(crate) fn parse<'a>(ctxt: &Ctxt, input: &'a DeriveInput, target: Target) -> Item<'a> {
    let attrs = attr::type_attrs(ctxt, &input.attrs);
    let is_foreign = attrs.wire.is_some();
    let wire = match &input.data {
        syn::Data::Union(_) => None,
        _ if is_foreign => None,
        _ => serde_view::read(ctxt, input),
    };
    let deny_unknown = wire.as_ref().is_some_and(|wire| wire.deny_unknown);
    let body = match (&input.data, wire.map(|wire| wire.body)) {
        (syn::Data::Struct(data), Some(WireBody::Struct(wire))) => {
            Ok(Body::Struct(field_list(ctxt, &data.fields, wire)))
        }
        (syn::Data::Struct(_) | syn::Data::Enum(_), None) if is_foreign => {
            refuse_args_within(ctxt, input);
            Ok(Body::Foreign)
        }
        (syn::Data::Enum(data), Some(WireBody::Enum { tagging, variants })) => Ok(Body::Enum {
            tagging,
            variants: data.variants.iter().zip(variants).map(|(v, wire)| variant(ctxt, v, wire)).collect(),
        }),
        _ => Err(ctxt.error(
            &input.ident,
            "a union cannot be stored, because its active field is unknown; use an enum",
        )),
    };
    Item {
        target,
        vis: &input.vis,
        ident: &input.ident,
        generics: &input.generics,
        docs: attr::docs(&input.attrs),
        attrs,
        deny_unknown,
        body,
    }
}

/// Refuses `#[kv(...)]` on the fields and variants of a type with `wire`.
fn refuse_args_within(ctxt: &Ctxt, input: &DeriveInput) {
    let fields: Vec<&Fields> = match &input.data {
        syn::Data::Struct(data) => vec![&data.fields],
        syn::Data::Enum(data) => {
            for variant in &data.variants {
                attr::refuse_all(ctxt, &variant.attrs, WITHIN_FOREIGN);
            }
            data.variants.iter().map(|variant| &variant.fields).collect()
        }
        syn::Data::Union(_) => Vec::new(),
    };
    for field in fields.into_iter().flatten() {
        attr::refuse_all(ctxt, &field.attrs, WITHIN_FOREIGN);
    }
}

const WITHIN_FOREIGN: &str =
    "`#[kv(…)]` does not apply inside a type with `wire`; check whole values with `validate` on the type";

fn variant<'a>(
    ctxt: &Ctxt,
    variant: &'a syn::Variant,
    (wire, fields): (WireVariant, WireFields),
) -> Variant<'a> {
    Variant {
        ident: &variant.ident,
        docs: attr::docs(&variant.attrs),
        wire,
        attrs: attr::variant_attrs(ctxt, &variant.attrs),
        fields: field_list(ctxt, &variant.fields, fields),
    }
}

fn field_list<'a>(ctxt: &Ctxt, fields: &'a Fields, wire: WireFields) -> FieldList<'a> {
    let fields = fields.iter().enumerate().zip(wire.fields).map(|((index, field), wire)| Field {
        member: match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index::from(index)),
        },
        ty: &field.ty,
        docs: attr::docs(&field.attrs),
        wire,
        attrs: attr::field_attrs(ctxt, &field.attrs),
    });
    FieldList { form: wire.form, fields: fields.collect() }
}
