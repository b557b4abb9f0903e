//! What a derive with errors expands to: the errors, and implementations that let the rest of the program be
//! judged on its own. They never run, since the program does not compile.

use crate::symbol::Target;
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(crate) fn expand(input: &DeriveInput, target: Target, errors: &[syn::Error]) -> TokenStream {
    let errors = errors.iter().map(syn::Error::to_compile_error);
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    // A lifetime or a stored type with parameters is refused for good: no implementation could name it.
    let implementable = input.generics.lifetimes().next().is_none();
    let field = implementable.then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::kv_core::KvField for #ident #ty_generics #where_clause {
                fn schema() -> &'static ::kv_core::TypeSchema {
                    ::core::unreachable!()
                }
                fn check(&self, _: &mut ::kv_core::Validator<'_>) {}
                fn heap_size(&self) -> ::core::primitive::usize {
                    0
                }
            }
        }
    });
    let stored = (implementable && target == Target::KvType).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::kv_core::KvType for #ident #ty_generics #where_clause {
                const TYPE_TAG: &'static ::core::primitive::str = "";
                const KEY_PREFIX: &'static ::core::primitive::str = "";
                const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = ::core::option::Option::None;
            }
        }
    });
    quote!(#(#errors)* #field #stored)
}
