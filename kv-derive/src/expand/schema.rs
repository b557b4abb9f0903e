//! `KvField::schema`.

use crate::check::{Body, Field, Fields, Model, Number, Rule, RuleForm, Variant};
use crate::serde_view::Tagging;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{GenericParam, Type};

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
    let shape = match &model.body {
        Body::Struct(list) => {
            let fields = fields(list, private);
            quote!(#private::ty::Shape::Struct(#fields))
        }
        Body::Enum { tagging, variants } => {
            let tagging = expand_tagging(tagging, private);
            let variants = variants.iter().filter_map(|v| variant(v, private));
            quote! {
                #private::ty::Shape::Enum(#private::ty::Enum { tagging: #tagging, variants: &[#(#variants),*] })
            }
        }
    };
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
                }
            }
        }
    }
}

fn expand_tagging(tagging: &Tagging, private: &TokenStream) -> TokenStream {
    match tagging {
        Tagging::External => quote!(#private::ty::Tagging::External),
        Tagging::Internal { tag } => quote!(#private::ty::Tagging::Internal { tag: #tag }),
        Tagging::Adjacent { tag, content } => {
            quote!(#private::ty::Tagging::Adjacent { tag: #tag, content: #content })
        }
        Tagging::Untagged => quote!(#private::ty::Tagging::Untagged),
    }
}

fn variant(variant: &Variant<'_>, private: &TokenStream) -> Option<TokenStream> {
    let wire = variant.wire.as_ref()?;
    let rust_name = variant.ident.unraw().to_string();
    let (name, aliases, docs) = (&wire.name, &wire.aliases, &wire.docs);
    let (other, untagged) = (wire.other, wire.untagged);
    let fields = fields(&variant.fields, private);
    Some(quote! {
        #private::ty::Variant {
            rust_name: #rust_name,
            name: #name,
            aliases: &[#(#aliases),*],
            docs: #docs,
            other: #other,
            untagged: #untagged,
            fields: #fields,
        }
    })
}

fn fields(fields: &Fields<'_>, private: &TokenStream) -> TokenStream {
    let all = fields.all().iter().map(|f| field(f, private));
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

fn field(field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let Field { rust_name, name, aliases, docs, default, may_be_left_out, flatten, rules, ty, .. } = field;
    let rules = rules.iter().map(|r| rule(r, private));
    let as_field = super::as_field(ty, private);
    quote! {
        #private::ty::Field {
            rust_name: #rust_name,
            name: #name,
            aliases: &[#(#aliases),*],
            docs: #docs,
            ty: #private::ty::TypeRef::new(#as_field::schema),
            default: #default,
            may_be_left_out: #may_be_left_out,
            flatten: #flatten,
            rules: &[#(#rules),*],
        }
    }
}

fn rule(rule: &Rule, private: &TokenStream) -> TokenStream {
    let variant = match &rule.form {
        RuleForm::Len { .. } => quote!(Len),
        RuleForm::NonEmpty => quote!(NonEmpty),
        RuleForm::Range { .. } => quote!(Range),
        RuleForm::OneOf(_) => quote!(OneOf),
        RuleForm::Each(_) => quote!(Each),
        RuleForm::Custom { .. } => quote!(Custom),
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
        RuleForm::OneOf(allowed) => quote!(#private::rule::OneOf { allowed: &[#(#allowed),*] }),
        RuleForm::Each(rules) => {
            let rules = rules.iter().map(|r| rule(r, private));
            quote!(#private::rule::Each { rules: &[#(#rules),*] })
        }
        RuleForm::Custom { name, .. } => quote!(#private::rule::Custom { name: #name }),
    }
}

fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
