//! `impl KvType`.

use crate::check::Stored;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(super) fn expand(ident: &Ident, stored: &Stored, private: &TokenStream) -> TokenStream {
    let Stored { tag, prefix, ttl } = stored;
    let ttl = match ttl {
        Some(ttl) => {
            let (secs, nanos) = (ttl.as_secs(), ttl.subsec_nanos());
            quote!(::core::option::Option::Some(::core::time::Duration::new(#secs, #nanos)))
        }
        None => quote!(::core::option::Option::None),
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated, clippy::disallowed_types)]
        impl #private::KvType for #ident {
            const TYPE_TAG: &'static ::core::primitive::str = #tag;
            const KEY_PREFIX: &'static ::core::primitive::str = #prefix;
            const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = #ttl;

            // Inlined, so that a type that nobody stores costs no code for its JSON.
            #[inline]
            fn __codec() -> ::core::option::Option<
                &'static (dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync)
            > {
                #private::codec!(Self)
            }
        }
    }
}
