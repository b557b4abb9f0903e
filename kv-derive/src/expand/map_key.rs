//! `impl MapKey` for enums of unit variants, which serde writes as strings where they are keys.

use crate::check::{Body, Fields, Model};
use crate::serde_view::Tagging;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

/// `None` for every other type.
pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> Option<TokenStream> {
    let Body::Enum { tagging: Tagging::External, variants } = &model.body else { return None };
    let is_unit = |variant: &crate::check::Variant<'_>| {
        matches!(variant.fields, Fields::Unit) && variant.wire.as_ref().is_some_and(|wire| !wire.untagged)
    };
    if variants.is_empty() || !variants.iter().all(is_unit) || !model.generics.params.is_empty() {
        return None;
    }
    let ident = model.ident;
    let patterns: Vec<_> = variants
        .iter()
        .map(|variant| {
            let ident = variant.ident;
            quote!(Self::#ident { .. })
        })
        .collect();
    let names = variants.iter().map(|variant| match &variant.wire {
        Some(wire) => wire.name.clone(),
        None => variant.ident.unraw().to_string(),
    });
    let places = 0..variants.len();
    Some(quote! {
        #[automatically_derived]
        #[allow(deprecated, clippy::disallowed_types)]
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
