//! `impl MapKey` for enums of unit variants, which serde writes as strings in keys, and for
//! newtypes and types with `wire` whose content can be a key.

use crate::model::{Body, Field, Fields, Model, Variant};
use crate::serde_view::Tagging;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Type};

/// Returns `None` for every other type.
pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> Option<TokenStream> {
    match &model.body {
        Body::Struct(Fields::Newtype { field, .. }) => of_newtype(model, field, private),
        Body::Foreign(foreign) => of_foreign(model, &foreign.ty, private),
        Body::Enum { tagging: Tagging::External, variants }
            if !variants.is_empty() && model.generics.params.is_empty() =>
        {
            of_units(model, variants, private)
        }
        _ => None,
    }
}

/// Writes the implementation for a newtype whose content can be a key.
fn of_newtype(model: &Model<'_>, field: &Field<'_>, private: &TokenStream) -> Option<TokenStream> {
    if field.opaque {
        return None;
    }
    if let Some(wire) = &field.wire {
        return of_foreign(model, wire, private);
    }
    let member = &field.member;
    let write = quote!(#private::MapKey::write_key(&self.#member, f));
    let cmp = quote!(#private::MapKey::cmp_key(&self.#member, &other.#member));
    Some(conditional(model, field.ty, (&write, &cmp), private))
}

/// Writes the implementation for a type with `wire` whose type on the wire can be a key. Its text
/// comes from serde. Returns `None` for types with parameters: generic code cannot find out whether
/// they are `Serialize`.
fn of_foreign(model: &Model<'_>, wire: &Type, private: &TokenStream) -> Option<TokenStream> {
    if !model.generics.params.is_empty() {
        return None;
    }
    let text = |key| quote!(#private::key_text!(Self, #key));
    let (own, others) = (text(quote!(self)), text(quote!(other)));
    let write = quote!(f.write_str(&#own));
    let cmp = quote!(::core::cmp::Ord::cmp(&#own, &#others));
    Some(conditional(model, wire, (&write, &cmp), private))
}

/// Writes an implementation that applies if the content is a key.
fn conditional(
    model: &Model<'_>,
    content: &Type,
    (write, cmp): (&TokenStream, &TokenStream),
    private: &TokenStream,
) -> TokenStream {
    let (ident, attrs) = (model.ident, super::impl_attrs());
    let mut generics: Generics = super::bounded(model.generics, &[quote!(#private::KvField)]);
    // The unused lifetime makes the compiler ignore the implementation if the bound does not hold.
    // Without it, such a bound would be an error.
    generics.make_where_clause().predicates.push(syn::parse_quote!(for<'__key> #content: #private::MapKey));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #attrs
        impl #impl_generics #private::MapKey for #ident #ty_generics #where_clause {
            type Ref = Self;

            fn write_key(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #write
            }

            fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
                #cmp
            }
        }
    }
}

fn of_units(model: &Model<'_>, variants: &[Variant<'_>], private: &TokenStream) -> Option<TokenStream> {
    let units: Option<Vec<_>> = variants.iter().map(unit).collect();
    let (patterns, names): (Vec<_>, Vec<_>) = units?.into_iter().unzip();
    let places = 0..variants.len();
    let (ident, attrs) = (model.ident, super::impl_attrs());
    Some(quote! {
        #attrs
        impl #private::MapKey for #ident {
            type Ref = Self;

            fn write_key(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(match self { #(#patterns => #names,)* })
            }

            fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
                let place = |key: &Self| -> ::core::primitive::usize { match key { #(#patterns => #places,)* } };
                ::core::cmp::Ord::cmp(&place(self), &place(other))
            }
        }
    })
}

/// Returns the pattern of a variant and its name on the wire, if serde writes it as a string.
fn unit<'a>(variant: &'a Variant<'_>) -> Option<(TokenStream, &'a str)> {
    let wire = variant.wire.as_ref().filter(|wire| !wire.untagged)?;
    let ident = variant.ident;
    matches!(variant.fields, Fields::Unit).then(|| (quote!(Self::#ident { .. }), wire.name.as_str()))
}
