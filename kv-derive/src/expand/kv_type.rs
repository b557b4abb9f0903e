//! `impl KvType`, and for types with a key template `impl Keyed` and `key_prefix`.

use super::{impl_attrs, local};
use crate::model::{KeyPiece, Model, Stored};
use kv_schema::ttl::MaxTtl;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use std::time::Duration;
use syn::spanned::Spanned;
use syn::{Type, Visibility};

pub(super) fn expand(model: &Model<'_>, stored: &Stored<'_>, private: &TokenStream) -> TokenStream {
    let (ident, attrs) = (model.ident, impl_attrs());
    let Stored { tag, prefix, ttl, max_ttl, plural, max_entries, key } = stored;
    let plural = plural.as_ref().map(|plural| {
        quote!(const __PLURAL: ::core::option::Option<&'static ::core::primitive::str> = ::core::option::Option::Some(#plural);)
    });
    let max_entries = max_entries.map(|limit| {
        quote!(const __MAX_ENTRIES: ::core::option::Option<::core::primitive::usize> = ::core::option::Option::Some(#limit);)
    });
    let duration = |ttl: &Duration| {
        let (secs, nanos) = (ttl.as_secs(), ttl.subsec_nanos());
        quote!(::core::time::Duration::new(#secs, #nanos))
    };
    let ttl = match ttl.as_ref().map(duration) {
        Some(ttl) => quote!(::core::option::Option::Some(#ttl)),
        None => quote!(::core::option::Option::None),
    };
    let max_ttl = match max_ttl {
        MaxTtl::OfCatalog => None,
        MaxTtl::Unbounded => Some(quote!(Unbounded)),
        MaxTtl::Of(max) => {
            let max = duration(max);
            Some(quote!(Of(#max)))
        }
    };
    let max_ttl = max_ttl.map(|max| quote!(const MAX_TTL: #private::MaxTtl = #private::MaxTtl::#max;));
    let own_key = key.as_ref().map(|template| own_key(template, private));
    let keyed = key.as_ref().map(|template| keyed(model, template, private));
    quote! {
        #attrs
        impl #private::KvType for #ident {
            const TYPE_TAG: &'static ::core::primitive::str = #tag;
            const KEY_PREFIX: &'static ::core::primitive::str = #prefix;
            const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = #ttl;

            #max_ttl
            #plural
            #max_entries
            #own_key

            // Inlined, so that no code for JSON is generated for a type that is never exposed.
            #[inline]
            fn __codec() -> ::core::option::Option<
                &'static (dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync)
            > {
                #private::codec!(Self)
            }
        }
        #keyed
    }
}

fn own_key(template: &[KeyPiece<'_>], private: &TokenStream) -> TokenStream {
    let pieces = template.iter().map(|piece| match piece {
        KeyPiece::Text(text) => quote!(#private::template::Piece::Text(#text)),
        KeyPiece::Part { name, .. } => quote!(#private::template::Piece::Part(#name)),
    });
    quote! {
        const __KEY_TEMPLATE: &'static [#private::template::Piece<'static>] = &[#(#pieces),*];

        fn __own_key(
            &self,
        ) -> ::core::option::Option<::core::result::Result<::std::string::String, #private::KeyError>> {
            ::core::option::Option::Some(#private::Keyed::key(self))
        }
    }
}

fn keyed(model: &Model<'_>, template: &[KeyPiece<'_>], private: &TokenStream) -> TokenStream {
    let (ident, attrs) = (model.ident, impl_attrs());
    let start = quote!(#private::template::KeyBuilder::new());
    let whole = template.iter().fold(start, |builder, piece| match piece {
        KeyPiece::Text(text) => quote!(#private::template::KeyBuilder::text(#builder, #text)),
        KeyPiece::Part { name, member, separator, ty } => {
            // The same form as in `key_prefix`, so that the compiler reports only once that the
            // type is not a key.
            let as_key = quote_spanned!(ty.span()=> <#ty as #private::MapKey>);
            let f = local("__f");
            let value = quote!(|#f: &mut ::core::fmt::Formatter<'_>| #as_key::write_key(&self.#member, #f));
            quote!(#private::template::KeyBuilder::written_part(#builder, #name, #value, #separator))
        }
    });
    let prefix = key_prefix(model.vis, template, private);
    quote! {
        #attrs
        impl #private::Keyed for #ident {
            fn key(&self) -> ::core::result::Result<::std::string::String, #private::KeyError> {
                #private::template::KeyBuilder::key(#whole)
            }
        }

        #attrs
        impl #ident {
            #prefix
        }
    }
}

/// Writes `key_prefix`. It takes every part except the last; the parts after the first are
/// optional.
pub(crate) fn key_prefix(vis: &Visibility, template: &[KeyPiece<'_>], private: &TokenStream) -> TokenStream {
    let mut parts = template.iter().filter(|piece| matches!(piece, KeyPiece::Part { .. })).count();
    let mut params = Vec::new();
    let mut steps = Vec::new();
    let mut names = Vec::new();
    for piece in template {
        match piece {
            KeyPiece::Text(text) => {
                steps.push(quote!(builder = #private::template::KeyBuilder::text(builder, #text);));
            }
            // The prefix ends before the last part.
            KeyPiece::Part { .. } if parts == 1 => break,
            KeyPiece::Part { name, ty, separator, .. } => {
                parts -= 1;
                let param = format_ident!("part_{}", name);
                names.push(format!("`{name}`"));
                let taken = reference(ty, private);
                let part = quote!(#private::template::KeyBuilder::part(builder, #name, #param, #separator));
                if params.is_empty() {
                    params.push(quote!(#param: #taken));
                    steps.push(quote!(builder = #part;));
                } else {
                    params.push(quote!(#param: ::core::option::Option<#taken>));
                    steps.push(quote! {
                        let ::core::option::Option::Some(#param) = #param else {
                            return #private::template::KeyBuilder::prefix(builder);
                        };
                        builder = #part;
                    });
                }
            }
        }
    }
    let docs = match names.as_slice() {
        [] => "Returns the prefix of all keys of this type.".to_owned(),
        [only] => format!("Returns the prefix of the keys with a given {only}, including the separator."),
        [first, rest @ ..] => format!(
            "Returns the prefix of the keys with a given {first} and optionally {}, including the separator.",
            rest.join(", ")
        ),
    };
    quote! {
        #[doc = #docs]
        ///
        /// # Errors
        ///
        /// Returns an error if a part cannot be in a key.
        #[allow(dead_code)]
        #vis fn key_prefix(
            #(#params),*
        ) -> ::core::result::Result<::std::string::String, #private::KeyError> {
            #[allow(unused_mut)]
            let mut builder = #private::template::KeyBuilder::new();
            #(#steps)*
            #private::template::KeyBuilder::prefix(builder)
        }
    }
}

/// Returns the type of the parameter for a key part.
fn reference(ty: &Type, private: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> &<#ty as #private::MapKey>::Ref)
}
