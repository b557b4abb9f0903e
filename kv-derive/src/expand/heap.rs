//! `KvField::heap_size`: the sum over the fields.

use super::{as_field, match_self};
use crate::check::Model;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let sum = match_self(&model.body, |_, fields, names| {
        let sizes = fields.all().iter().zip(names).filter(|(field, _)| !field.opaque).map(|(field, name)| {
            let as_field = as_field(field.ty, private);
            quote!(#as_field::heap_size(#name))
        });
        quote!(0 #(+ #sizes)*)
    });
    quote! {
        fn heap_size(&self) -> ::core::primitive::usize {
            #sum
        }
    }
}
