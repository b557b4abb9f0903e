//! Dummy implementations for an item with errors, so that no further errors follow from their
//! absence. They never run, because the program does not compile.

use crate::ast::Target;
use crate::expand::{bounded, impl_attrs, key_prefix};
use crate::model::KeyPiece;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Fields, GenericParam, Generics, Lifetime, Path, TypeParamBound};

/// `is_keyed` says whether the item has a key template; `key` is the template if it is valid.
pub(crate) fn expand(
    input: &DeriveInput,
    target: Target,
    krate: &Path,
    is_keyed: bool,
    key: Option<&[KeyPiece<'_>]>,
) -> TokenStream {
    let private = quote!(#krate::__private);
    let ident = &input.ident;
    let stored = target == Target::KvType;
    let (field, send, sync) =
        (quote!(#private::KvField), quote!(::core::marker::Send), quote!(::core::marker::Sync));
    let bounds = if stored { vec![field, send, sync] } else { vec![field] };
    let Some((generics, args)) = without_lifetimes(&input.generics) else { return TokenStream::new() };
    let (generics, attrs) = (bounded(&generics, &bounds), impl_attrs());
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let kv_type = stored.then(|| {
        quote! {
            #attrs
            impl #impl_generics #private::KvType for #ident #args #where_clause {
                const TYPE_TAG: &'static ::core::primitive::str = "";
                const KEY_PREFIX: &'static ::core::primitive::str = "";
                const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = ::core::option::Option::None;
            }
        }
    });
    let keyed = (stored && is_keyed).then(|| {
        quote! {
            #attrs
            impl #impl_generics #private::Keyed for #ident #args #where_clause {
                fn key(&self) -> ::core::result::Result<::std::string::String, #private::KeyError> {
                    ::core::unreachable!()
                }
            }
        }
    });
    // The types of the parts may contain a lifetime, which is not in scope here.
    let key_prefix = key.filter(|_| input.generics.lifetimes().next().is_none()).map(|template| {
        let key_prefix = key_prefix(&input.vis, template, &private);
        quote! {
            #attrs
            impl #impl_generics #ident #args #where_clause {
                #key_prefix
            }
        }
    });
    let map_key = is_map_key(input).then(|| {
        quote! {
            #attrs
            impl #private::MapKey for #ident {
                type Ref = Self;

                fn write_key(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::unreachable!()
                }

                fn cmp_key(&self, _: &Self) -> ::core::cmp::Ordering {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote! {
        #attrs
        impl #impl_generics #private::KvField for #ident #args #where_clause {
            fn schema() -> &'static #private::ty::TypeSchema {
                ::core::unreachable!()
            }
            fn check(&self, _: &mut #private::Validator<'_>) {}
            fn heap_size(&self) -> ::core::primitive::usize {
                0
            }
        }
        #kv_type
        #keyed
        #key_prefix
        #map_key
    }
}

/// Returns the parameters without lifetimes, and the arguments with `'static` for every lifetime.
/// Returns `None` if a lifetime is in a bound that cannot be removed.
fn without_lifetimes(generics: &Generics) -> Option<(Generics, TokenStream)> {
    let args = generics.params.iter().map(|param| match param {
        GenericParam::Lifetime(param) => Lifetime::new("'static", param.lifetime.span()).into_token_stream(),
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
    });
    let args = if generics.params.is_empty() { TokenStream::new() } else { quote!(<#(#args),*>) };
    if generics.lifetimes().next().is_none() {
        return Some((generics.clone(), args));
    }
    let mut rest = generics.clone();
    rest.params = rest.params.into_iter().filter(|p| !matches!(p, GenericParam::Lifetime(_))).collect();
    for param in rest.type_params_mut() {
        // Every lifetime is `'static`, so that these bounds hold.
        let bounds = std::mem::take(&mut param.bounds).into_iter();
        param.bounds = bounds.filter(|bound| !matches!(bound, TypeParamBound::Lifetime(_))).collect();
    }
    let names_a_lifetime =
        has_lifetime(rest.params.to_token_stream()) || has_lifetime(rest.where_clause.to_token_stream());
    (!names_a_lifetime).then_some((rest, args))
}

fn has_lifetime(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '\'',
        TokenTree::Group(group) => has_lifetime(group.stream()),
        _ => false,
    })
}

/// Whether the item, without its errors, would implement `MapKey`.
fn is_map_key(input: &DeriveInput) -> bool {
    let could_be = match &input.data {
        Data::Enum(data) => {
            let units = data.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
            units && !data.variants.is_empty()
        }
        Data::Struct(data) => {
            let mut fields = data.fields.iter();
            let only = fields.next().filter(|_| fields.next().is_none());
            only.is_some()
        }
        Data::Union(_) => false,
    };
    could_be && input.generics.params.is_empty()
}
