//! `KvField::schema`.

use super::heap::{size_of_foreign, size_of_self};
use super::rule;
use crate::model::{Body, Field, Fields, Model, Variant};
use crate::serde_view::{Tagging, WireDefault};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{GenericParam, Type};

/// The properties of a type that its fields depend on.
#[derive(Clone, Copy)]
struct Parent {
    /// Whether the type has parameters.
    generic: bool,
    /// Whether a function measures whole values.
    measured: bool,
}

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let name = model.ident.unraw().to_string();
    let docs = &model.docs;
    let args = model.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => {
            let ident = &param.ident;
            Some(quote!(#private::ty::Arg::Type(#private::ty::TypeRef::of::<#ident>())))
        }
        GenericParam::Const(param) => {
            let ident = &param.ident;
            // Every type of a const parameter except `char` can be cast to `i128` directly.
            let is_char = matches!(&param.ty, Type::Path(path) if path.path.is_ident("char"));
            let via = is_char.then(|| quote!(as ::core::primitive::u32));
            Some(quote!(#private::ty::Arg::Const(#ident #via as ::core::primitive::i128)))
        }
        GenericParam::Lifetime(_) => None,
    });
    let parent = Parent { generic: !model.generics.params.is_empty(), measured: model.heap_size.is_some() };
    let shape = match &model.body {
        Body::Struct(list) => {
            let fields = fields(list, parent, private);
            quote!(#private::ty::Shape::Struct(#fields))
        }
        Body::Foreign(foreign) => {
            let as_field = super::as_field(&foreign.ty, private);
            let example = example(foreign.example.as_ref());
            let unmeasured = (!parent.measured).then(|| {
                let size = size_of_self(private);
                quote!(unmeasured: #size.is_none(),)
            });
            quote! {
                #private::ty::Shape::Struct(#private::ty::Fields::Newtype {
                    field: &#private::ty::Field {
                        wire: true,
                        #unmeasured
                        #example
                        ..#private::ty::Field::new("0", #private::ty::TypeRef::new(#as_field::schema))
                    },
                    transparent: true,
                })
            }
        }
        Body::Enum { tagging, variants } => {
            let tagging = expand_tagging(tagging, private);
            let variants = variants.iter().filter_map(|v| variant(v, parent, private));
            quote! {
                #private::ty::Shape::Enum(#private::ty::Enum { tagging: #tagging, variants: &[#(#variants),*] })
            }
        }
    };
    let validate = option(model.validate.as_ref().map(|function| &function.name));
    let hidden = &model.hidden;
    let elm = option(model.elm.as_ref());
    quote! {
        fn schema() -> &'static #private::ty::TypeSchema {
            const {
                &#private::ty::TypeSchema {
                    id: ::core::any::TypeId::of::<Self>(),
                    name: #name,
                    module: ::core::module_path!(),
                    args: &[#(#args),*],
                    docs: #docs,
                    shape: #shape,
                    validate: #validate,
                    hidden: &[#(#hidden),*],
                    elm: #elm,
                }
            }
        }
    }
}

fn expand_tagging(tagging: &Tagging, private: &TokenStream) -> TokenStream {
    match tagging {
        Tagging::External => quote!(#private::ty::Tagging::External),
        Tagging::Internal { tag } => quote!(#private::ty::Tagging::Internal { tag: #tag }),
        Tagging::Adjacent { tag, content, deny_unknown } => {
            quote!(#private::ty::Tagging::Adjacent {
                tag: #tag,
                content: #content,
                deny_unknown: #deny_unknown,
            })
        }
        Tagging::Untagged => quote!(#private::ty::Tagging::Untagged),
    }
}

fn variant(variant: &Variant<'_>, parent: Parent, private: &TokenStream) -> Option<TokenStream> {
    let wire = variant.wire.as_ref()?;
    let rust_name = variant.ident.unraw().to_string();
    let (name, aliases, docs) = (&wire.name, &wire.aliases, &wire.docs);
    let (other, untagged) = (wire.other, wire.untagged);
    let fields = fields(&variant.fields, parent, private);
    let others = [
        (rust_name != *name).then(|| quote!(rust_name: #rust_name)),
        (!aliases.is_empty()).then(|| quote!(aliases: &[#(#aliases),*])),
        (!docs.is_empty()).then(|| quote!(docs: #docs)),
        other.then(|| quote!(other: #other)),
        untagged.then(|| quote!(untagged: #untagged)),
        wire.elm.as_ref().map(|name| quote!(elm: ::core::option::Option::Some(#name))),
        // Not an argument of `Variant::new`: a reference there would not be promoted to `'static`.
        (!matches!(variant.fields, Fields::Unit)).then(|| quote!(fields: #fields)),
    ];
    let others = others.iter().flatten();
    Some(
        quote!(#private::ty::Variant { #(#others,)* ..#private::ty::Variant::new(#name, #private::ty::Fields::Unit) }),
    )
}

fn fields(fields: &Fields<'_>, parent: Parent, private: &TokenStream) -> TokenStream {
    let all = fields.all().iter().map(|f| field(f, parent, private));
    match fields {
        Fields::Unit => quote!(#private::ty::Fields::Unit),
        Fields::Newtype { transparent, .. } => quote! {
            #private::ty::Fields::Newtype { field: &#(#all)*, transparent: #transparent }
        },
        Fields::Tuple(_) => quote!(#private::ty::Fields::Tuple(&[#(#all),*])),
        Fields::Named { deny_unknown, .. } => quote! {
            #private::ty::Fields::Named { fields: &[#(#all),*], deny_unknown: #deny_unknown }
        },
    }
}

fn field(field: &Field<'_>, parent: Parent, private: &TokenStream) -> TokenStream {
    let Field { rust_name, name, aliases, docs, may_be_left_out, flatten, rules, elm, .. } = field;
    let rules = rules.iter().map(|r| rule::constant(r, private));
    let ty = field_type(field, private);
    let default = !matches!(field.default, WireDefault::None);
    let default_json = default_json(field, parent.generic, private);
    let unmeasured = (field.is_foreign() && field.heap_size.is_none() && !parent.measured).then(|| {
        let size = size_of_foreign(field.ty, private);
        quote!(#size.is_none())
    });
    let plain = quote!(#private::ty::Field::new(#name, #ty));
    // Members with their default value are omitted, which shortens compile times.
    let others = [
        (rust_name != name).then(|| quote!(rust_name: #rust_name)),
        (!aliases.is_empty()).then(|| quote!(aliases: &[#(#aliases),*])),
        (!docs.is_empty()).then(|| quote!(docs: #docs)),
        default.then(|| quote!(default: #default)),
        default_json.map(|json| quote!(default_json: ::core::option::Option::Some(#json))),
        may_be_left_out.then(|| quote!(may_be_left_out: #may_be_left_out)),
        flatten.then(|| quote!(flatten: #flatten)),
        unmeasured.map(|unmeasured| quote!(unmeasured: #unmeasured)),
        field.wire.is_some().then(|| quote!(wire: true)),
        (rules.len() > 0).then(|| quote!(rules: &[#(#rules),*])),
        elm.as_ref().map(|name| quote!(elm: ::core::option::Option::Some(#name))),
    ];
    let others: Vec<_> = others.into_iter().flatten().collect();
    let example = example(field.example.as_ref());
    if others.is_empty() && example.is_none() {
        return plain;
    }
    quote!(#private::ty::Field { #(#others,)* #example ..#plain })
}

fn example(example: Option<&String>) -> Option<TokenStream> {
    example.map(|text| quote!(example: ::core::option::Option::Some(#text),))
}

fn field_type(field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let opaque = quote!(#private::Opaque);
    match (field.opaque, field.is_option()) {
        (false, _) => {
            let as_field = super::as_field(field.wire.as_ref().unwrap_or(field.ty), private);
            if field.wire.is_none() {
                return quote!(#as_field::__TYPE);
            }
            let ty = field.ty;
            quote!(#private::ty::TypeRef::sized(#as_field::schema, ::core::mem::size_of::<#ty>()))
        }
        (true, false) => quote!(#private::ty::TypeRef::of::<#opaque>()),
        (true, true) => quote!(#private::ty::TypeRef::of::<::core::option::Option<#opaque>>()),
    }
}

/// Returns the default value of a field that writers may omit, so that readers know it. Returns
/// `None` for types with parameters, whose default depends on the instance, and for fields that a
/// function writes, whose JSON is unknown.
fn default_json(field: &Field<'_>, generic: bool, private: &TokenStream) -> Option<TokenStream> {
    let (ty, member) = (field.ty, &field.member);
    let value = match &field.default {
        _ if generic || field.with || !field.may_be_left_out => return None,
        WireDefault::None => return None,
        // The default of an `Option` is `None`, with or without `#[serde(default)]`.
        WireDefault::OfType if field.is_option() => return None,
        WireDefault::OfType => quote!(<#ty as ::core::default::Default>::default()),
        WireDefault::Of(path) => quote!(#path()),
        WireDefault::OfContainer => quote!(<Self as ::core::default::Default>::default().#member),
        WireDefault::OfContainerOf(path) => quote!(#path().#member),
    };
    Some(quote!(#private::ty::DefaultJson::new(|| #private::default_json!(#ty, #value))))
}

pub(super) fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
