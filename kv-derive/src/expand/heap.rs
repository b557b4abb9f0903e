//! `KvField::heap_size`: the sum over the fields.

use super::match_self;
use crate::check::Model;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let sum = match_self(&model.body, |_, _, names| quote!(0 #(+ #private::KvField::heap_size(#names))*));
    quote! {
        fn heap_size(&self) -> ::core::primitive::usize {
            #sum
        }
    }
}
