//! `impl MapKey` for enums of unit variants, which serde writes as strings where they are keys.

use crate::check::{Body, Fields, Model, Variant};
use crate::serde_view::Tagging;
use proc_macro2::TokenStream;
use quote::quote;

/// `None` for every other type.
pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> Option<TokenStream> {
    let Body::Enum { tagging: Tagging::External, variants } = &model.body else { return None };
    if variants.is_empty() || !model.generics.params.is_empty() {
        return None;
    }
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
