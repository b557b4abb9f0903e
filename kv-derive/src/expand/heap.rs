//! `KvField::heap_size`: the sum over the fields, or a call of the function in `heap_size = "…"`.

use super::{as_field, located_at, match_self};
use crate::model::{Body, Field, Model};
use crate::rule::Function;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let whole = quote!(self);
    let size = match (&model.heap_size, &model.body) {
        (Some(function), _) => call(function, &whole),
        (None, Body::Foreign(_)) => {
            let size = size_of_self(private);
            quote!(#private::opaque::measure(#size, self))
        }
        (None, _) => match_self(&model.body, |_, fields, names| {
            let sizes = fields.all().iter().zip(names).map(|(field, name)| size_of(field, name, private));
            quote!(0 #(+ #sizes)*)
        }),
    };
    quote! {
        fn heap_size(&self) -> ::core::primitive::usize {
            #size
        }
    }
}

fn size_of(field: &Field<'_>, name: &Ident, private: &TokenStream) -> TokenStream {
    match &field.heap_size {
        Some(function) => call(function, &quote!(#name)),
        None if field.is_foreign() => {
            let size = size_of_foreign(field.ty, private);
            quote!(#private::opaque::measure(#size, #name))
        }
        None => {
            let as_field = as_field(field.ty, private);
            quote!(#as_field::heap_size(#name))
        }
    }
}

/// Writes a call of a function of the application. The compiler reports errors about its type at
/// its path.
fn call(function: &Function, value: &TokenStream) -> TokenStream {
    let Function { path, .. } = function;
    let value = located_at(value, path.span());
    quote_spanned!(path.span()=> ::core::convert::identity::<::core::primitive::usize>(#path(#value)))
}

/// Returns the function that measures a field whose type may not be a `KvField`. The compiler
/// selects it: see `kv_schema::field::opaque`.
pub(super) fn size_of_foreign(ty: &Type, private: &TokenStream) -> TokenStream {
    // Not at the position of the type, where other code already reports errors about it.
    let span = Span::mixed_site();
    quote_spanned! {span=> {
        #[allow(unused_imports)]
        use #private::opaque::Unmeasured as _;
        #private::opaque::first(
            #private::opaque::ByField::<#ty>::SIZE,
            #private::opaque::BySerialize::<#ty>::SIZE,
        )
    }}
}

/// Returns the function that measures a type with `wire`.
pub(super) fn size_of_self(private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    quote_spanned! {span=> {
        #[allow(unused_imports)]
        use #private::opaque::Unmeasured as _;
        #private::opaque::BySerialize::<Self>::SIZE
    }}
}
