//! `KvField::heap_size`: the sum over the fields.

use super::{as_field, match_self};
use crate::check::Model;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let sum = match_self(&model.body, |_, fields, names| {
        let as_field = fields.all().iter().map(|field| as_field(field.ty, private));
        quote!(0 #(+ #as_field::heap_size(#names))*)
    });
    quote! {
        fn heap_size(&self) -> ::core::primitive::usize {
            #sum
        }
    }
}
