//! What a derive with errors expands to: the errors, and implementations that let the rest of the program be
//! judged on its own. They never run, since the program does not compile.

use crate::expand::{bounded, impl_attrs};
use crate::symbol::Target;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path};

pub(crate) fn expand(
    input: &DeriveInput,
    target: Target,
    krate: Option<Path>,
    errors: &[syn::Error],
) -> TokenStream {
    let errors: TokenStream = errors.iter().map(syn::Error::to_compile_error).collect();
    // A lifetime is refused for good; without the crate's path there is no trait to name.
    let (Some(krate), None) = (krate, input.generics.lifetimes().next()) else { return errors };
    let private = quote!(#krate::__private);
    let ident = &input.ident;
    let bounds = [quote!(#private::KvField), quote!(::core::marker::Send), quote!(::core::marker::Sync)];
    let (generics, attrs) = (bounded(&input.generics, &bounds), impl_attrs());
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let stored = (target == Target::KvType).then(|| {
        quote! {
            #attrs
            impl #impl_generics #private::KvType for #ident #ty_generics #where_clause {
                const TYPE_TAG: &'static ::core::primitive::str = "";
                const KEY_PREFIX: &'static ::core::primitive::str = "";
                const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = ::core::option::Option::None;
            }
        }
    });
    quote! {
        #errors
        #attrs
        impl #impl_generics #private::KvField for #ident #ty_generics #where_clause {
            fn schema() -> &'static #private::ty::TypeSchema {
                ::core::unreachable!()
            }
            fn check(&self, _: &mut #private::Validator<'_>) {}
            fn heap_size(&self) -> ::core::primitive::usize {
                0
            }
        }
        #stored
    }
}
