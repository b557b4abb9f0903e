//! `KvField::heap_size`: the sum over the fields.

use super::{as_field, match_self};
use crate::check::{Body, Field, Model};
use crate::rules::Function;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let sum = match (&model.heap_size, &model.body) {
        (Some(function), _) => {
            let whole = Ident::new("__whole", Span::mixed_site().located_at(function.path.span()));
            let measured = measured_by(function, &whole);
            quote!(let #whole = self; #measured)
        }
        (None, Body::Foreign(_)) => size_of_foreign(&quote!(self)),
        (None, _) => match_self(&model.body, |_, fields, names| {
            let sizes = fields.all().iter().zip(names).map(|(field, name)| size(field, name, private));
            quote!(0 #(+ #sizes)*)
        }),
    };
    quote! {
        fn heap_size(&self) -> ::core::primitive::usize {
            #sum
        }
    }
}

fn size(field: &Field<'_>, name: &Ident, private: &TokenStream) -> TokenStream {
    if let Some(function) = &field.heap_size {
        return measured_by(function, name);
    }
    if field.is_foreign() {
        return size_of_foreign(&quote!(#name));
    }
    let as_field = as_field(field.ty, private);
    quote!(#as_field::heap_size(#name))
}

fn measured_by(Function { path, .. }: &Function, value: &Ident) -> TokenStream {
    quote_spanned!(path.span()=> #path(#value))
}

/// The size of a value that no function of the application measures and whose type is unknown here.
fn size_of_foreign(_: &TokenStream) -> TokenStream {
    quote!(0)
}
