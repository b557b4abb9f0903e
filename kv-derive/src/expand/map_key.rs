//! `impl MapKey` for enums of unit variants, which serde writes as strings where they are keys, and for newtypes
//! of what can be a key.

use crate::check::{Body, Field, Fields, Model, Variant};
use crate::fit;
use crate::serde_view::Tagging;
use proc_macro2::TokenStream;
use quote::quote;

/// `None` for every other type.
pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> Option<TokenStream> {
    if !model.generics.params.is_empty() {
        return None;
    }
    match &model.body {
        Body::Struct(Fields::Newtype { field, .. }) => of_newtype(model, field, private),
        Body::Enum { tagging: Tagging::External, variants } if !variants.is_empty() => {
            of_units(model, variants, private)
        }
        _ => None,
    }
}

fn of_newtype(model: &Model<'_>, field: &Field<'_>, private: &TokenStream) -> Option<TokenStream> {
    let (ident, attrs, member) = (model.ident, super::impl_attrs(), &field.member);
    (!field.opaque && fit::is_map_key(field.ty)).then(|| {
        quote! {
            #attrs
            impl #private::MapKey for #ident {
                type Ref = Self;

                fn write_key(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #private::MapKey::write_key(&self.#member, f)
                }

                fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
                    #private::MapKey::cmp_key(&self.#member, &other.#member)
                }
            }
        }
    })
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

/// The pattern of a variant and its name on the wire, if serde writes it as a string.
fn unit<'a>(variant: &'a Variant<'_>) -> Option<(TokenStream, &'a str)> {
    let wire = variant.wire.as_ref().filter(|wire| !wire.untagged)?;
    let ident = variant.ident;
    matches!(variant.fields, Fields::Unit).then(|| (quote!(Self::#ident { .. }), wire.name.as_str()))
}
