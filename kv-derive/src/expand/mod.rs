//! Writes the implementations from the model.

mod heap;
mod kv_type;
mod map_key;
mod rule;
mod schema;
mod validate;

pub(crate) use kv_type::key_prefix;

use crate::model::{Body, Field, Fields, Model, Variant};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Type, TypeParamBound};

/// Writes the implementations of `KvField` and, for stored types, of `KvType`.
pub(crate) fn expand(model: &Model<'_>) -> TokenStream {
    let krate = &model.krate;
    let private = quote!(#krate::__private);
    let ident = model.ident;
    let generics = bounded(model.generics, &[quote!(#private::KvField)]);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let schema = schema::expand(model, &private);
    let check = validate::expand(model, &private);
    let heap_size = heap::expand(model, &private);
    let kv_type = model.stored.as_ref().map(|stored| kv_type::expand(model, stored, &private));
    let map_key = map_key::expand(model, &private);
    let attrs = impl_attrs();
    quote! {
        #attrs
        impl #impl_generics #private::KvField for #ident #ty_generics #where_clause {
            #schema
            #check
            #heap_size
        }
        #kv_type
        #map_key
    }
}

/// Returns the attributes of every implementation. Generated code must not warn when the type is
/// deprecated or disallowed, or when it already has the bounds that the derive adds.
pub(crate) fn impl_attrs() -> TokenStream {
    quote! {
        #[automatically_derived]
        #[allow(
            deprecated,
            clippy::disallowed_types,
            clippy::trait_duplication_in_bounds,
            clippy::type_repetition_in_bounds
        )]
    }
}

/// Adds bounds to the type parameters.
pub(crate) fn bounded(generics: &Generics, bounds: &[TokenStream]) -> Generics {
    let mut generics = generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.extend(bounds.iter().map(|bound| -> TypeParamBound { syn::parse_quote!(#bound) }));
    }
    generics
}

/// Returns `<Type as KvField>` at the position of the type. All generated code uses a type in this
/// form, so that the compiler reports once, and at the type, that it is not a `KvField`.
fn as_field(ty: &Type, private: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as #private::KvField>)
}

/// Moves tokens to another position, where the compiler reports errors. Names still resolve as
/// before.
fn located_at(tokens: &TokenStream, position: Span) -> TokenStream {
    let located = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), located_at(&group.stream(), position)).into();
        }
        token.set_span(token.span().located_at(position));
        token
    };
    tokens.clone().into_iter().map(located).collect()
}

/// Returns a hygienic name for a local variable. It would still conflict with an item of that name.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Returns a `match` on `self` with an arm for each variant, or one for a struct. `arm` takes the
/// variant, its fields and the names they are bound to. Returns nothing for a type with `wire`.
fn match_self(
    body: &Body<'_>,
    arm: impl Fn(Option<&Variant<'_>>, &Fields<'_>, &[Ident]) -> TokenStream,
) -> TokenStream {
    match body {
        Body::Struct(fields) => {
            let (pattern, names) = bind(fields.all());
            let arm = arm(None, fields, &names);
            quote!(match self { Self #pattern => { #arm } })
        }
        Body::Foreign(_) => TokenStream::new(),
        Body::Enum { variants, .. } if variants.is_empty() => quote!(match *self {}),
        Body::Enum { variants, .. } => {
            let arms = variants.iter().map(|variant| {
                let ident = variant.ident;
                let (pattern, names) = bind(variant.fields.all());
                let arm = arm(Some(variant), &variant.fields, &names);
                quote!(Self::#ident #pattern => { #arm })
            });
            quote!(match self { #(#arms)* })
        }
    }
}

/// Returns a pattern in braces, which is valid for every form of fields, and the names that it
/// binds.
fn bind(fields: &[Field<'_>]) -> (TokenStream, Vec<Ident>) {
    let names: Vec<_> =
        (0..fields.len()).map(|i| format_ident!("__field{i}", span = Span::mixed_site())).collect();
    let members = fields.iter().map(|field| &field.member);
    (quote!({ #(#members: #names,)* .. }), names)
}
