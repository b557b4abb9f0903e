//! `KvField::schema`.

use super::heap::{size_of_foreign, size_of_self};
use crate::check::{Body, Field, Fields, Model, Variant};
use crate::rules::{Function, Number, Rule, RuleForm};
use crate::serde_view::{Tagging, WireDefault};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{GenericParam, Type};

/// The facts about a type that matter for its fields.
#[derive(Clone, Copy)]
struct Of {
    /// Whether it has parameters.
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
            // Of the types that a parameter can have, `char` alone goes only by way of a `u32`.
            let is_char = matches!(&param.ty, Type::Path(path) if path.path.is_ident("char"));
            let via = is_char.then(|| quote!(as ::core::primitive::u32));
            Some(quote!(#private::ty::Arg::Const(#ident #via as ::core::primitive::i128)))
        }
        GenericParam::Lifetime(_) => None,
    });
    let of = Of { generic: !model.generics.params.is_empty(), measured: model.heap_size.is_some() };
    let shape = match &model.body {
        Body::Struct(list) => {
            let fields = fields(list, of, private);
            quote!(#private::ty::Shape::Struct(#fields))
        }
        Body::Foreign(foreign) => {
            let as_field = super::as_field(&foreign.ty, private);
            let example = example(foreign.example.as_ref());
            let unmeasured = (!of.measured).then(|| {
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
            let variants = variants.iter().filter_map(|v| variant(v, of, private));
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

fn variant(variant: &Variant<'_>, of: Of, private: &TokenStream) -> Option<TokenStream> {
    let wire = variant.wire.as_ref()?;
    let rust_name = variant.ident.unraw().to_string();
    let (name, aliases, docs) = (&wire.name, &wire.aliases, &wire.docs);
    let (other, untagged) = (wire.other, wire.untagged);
    let fields = fields(&variant.fields, of, private);
    let others = [
        (rust_name != *name).then(|| quote!(rust_name: #rust_name)),
        (!aliases.is_empty()).then(|| quote!(aliases: &[#(#aliases),*])),
        (!docs.is_empty()).then(|| quote!(docs: #docs)),
        other.then(|| quote!(other: #other)),
        untagged.then(|| quote!(untagged: #untagged)),
        wire.elm.as_ref().map(|name| quote!(elm: ::core::option::Option::Some(#name))),
        // Not as an argument, in which nothing that is borrowed could stay.
        (!matches!(variant.fields, Fields::Unit)).then(|| quote!(fields: #fields)),
    ];
    let others = others.iter().flatten();
    Some(
        quote!(#private::ty::Variant { #(#others,)* ..#private::ty::Variant::new(#name, #private::ty::Fields::Unit) }),
    )
}

fn fields(fields: &Fields<'_>, of: Of, private: &TokenStream) -> TokenStream {
    let all = fields.all().iter().map(|f| field(f, of, private));
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

fn field(field: &Field<'_>, of: Of, private: &TokenStream) -> TokenStream {
    let Field { rust_name, name, aliases, docs, may_be_left_out, flatten, rules, elm, .. } = field;
    let rules = rules.iter().map(|r| rule(r, private));
    let ty = field_type(field, private);
    let default = !matches!(field.default, WireDefault::None);
    let default_json = default_json(field, of.generic, private);
    let unmeasured = (field.is_foreign() && field.heap_size.is_none() && !of.measured).then(|| {
        let size = size_of_foreign(field.ty, private);
        quote!(#size.is_none())
    });
    let plain = quote!(#private::ty::Field::new(#name, #ty));
    // What goes without saying is not said: it would have to be compiled.
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

/// The default of a field, where a writer may leave it out and a reader must know it. Nothing is known of what a type
/// parameter has for a default, or of how a function writes it.
fn default_json(field: &Field<'_>, generic: bool, private: &TokenStream) -> Option<TokenStream> {
    let (ty, member) = (field.ty, &field.member);
    let value = match &field.default {
        _ if generic || field.with || !field.may_be_left_out => return None,
        WireDefault::None => return None,
        // That of an `Option` is `None`, as if there were no default.
        WireDefault::OfType if field.is_option() => return None,
        WireDefault::OfType => quote!(<#ty as ::core::default::Default>::default()),
        WireDefault::Of(path) => quote!(#path()),
        WireDefault::OfContainer => quote!(<Self as ::core::default::Default>::default().#member),
        WireDefault::OfContainerOf(path) => quote!(#path().#member),
    };
    Some(quote!(#private::ty::DefaultJson::new(|| #private::default_json!(#ty, #value))))
}

fn rule(rule: &Rule, private: &TokenStream) -> TokenStream {
    let variant = match &rule.form {
        RuleForm::Len { .. } => quote!(Len),
        RuleForm::NonEmpty => quote!(NonEmpty),
        RuleForm::Range { .. } => quote!(Range),
        RuleForm::Pattern(_) => quote!(Pattern),
        RuleForm::OneOf(_) => quote!(OneOf),
        RuleForm::Email => quote!(Email),
        RuleForm::Url => quote!(Url),
        RuleForm::JsSafe => quote!(JsSafe),
        RuleForm::AnyInt => quote!(AnyInt),
        RuleForm::AnyFloat => quote!(AnyFloat),
        RuleForm::Each(_) => quote!(Each),
        RuleForm::Custom(_) => quote!(Custom),
    };
    let data = rule_data(&rule.form, private);
    quote!(#private::rule::Rule::#variant(#data))
}

/// A rule as the value that stands in the schema and makes the check.
pub(super) fn rule_data(form: &RuleForm, private: &TokenStream) -> TokenStream {
    match form {
        RuleForm::Len { min, max } => {
            let (min, max) = (option(*min), option(*max));
            quote!(#private::rule::Len { min: #min, max: #max })
        }
        RuleForm::NonEmpty => quote!(#private::rule::NonEmpty),
        RuleForm::Range { min, max } => {
            let number = |bound: Option<Number>| {
                option(bound.map(|bound| match bound {
                    Number::Int(n) => quote!(#private::rule::Number::Int(#n)),
                    Number::Float(n) => quote!(#private::rule::Number::Float(#n)),
                }))
            };
            let (min, max) = (number(*min), number(*max));
            quote!(#private::rule::Range { min: #min, max: #max })
        }
        RuleForm::Pattern(text) => quote!(#private::rule::Pattern { text: #text }),
        RuleForm::Email => quote!(#private::rule::Email),
        RuleForm::Url => quote!(#private::rule::Url),
        RuleForm::JsSafe => quote!(#private::rule::JsSafe),
        RuleForm::AnyInt => quote!(#private::rule::AnyInt),
        RuleForm::AnyFloat => quote!(#private::rule::AnyFloat),
        RuleForm::OneOf(allowed) => quote!(#private::rule::OneOf { allowed: &[#(#allowed),*] }),
        RuleForm::Each(rules) => {
            let rules = rules.iter().map(|r| rule(r, private));
            quote!(#private::rule::Each { rules: &[#(#rules),*] })
        }
        RuleForm::Custom(Function { name, .. }) => quote!(#private::rule::Custom { name: #name }),
    }
}

fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
