//! `KvField::check`: for each field in order its own rules, then those of its type.

use super::schema::rule_data;
use super::{as_field, local, match_self};
use crate::check::{Body, Field, Fields, Model, Rule, RuleForm, Variant};
use crate::serde_view::Tagging;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

pub(super) fn expand(model: &Model<'_>, private: &TokenStream) -> TokenStream {
    let v = local("__v");
    let body = match_self(&model.body, |variant, fields, names| {
        let check = check_fields(fields, names, &v, private);
        match variant.and_then(|variant| content_member(&model.body, variant)) {
            Some(_) if names.is_empty() => TokenStream::new(),
            Some(member) => quote! {
                let #v = &mut #private::Validator::member(#v, #member);
                #check
            },
            None => check,
        }
    });
    quote! {
        fn check(&self, #v: &mut #private::Validator<'_>) {
            let _ = &#v;
            #body
        }
    }
}

/// The member under which serde writes a variant's fields, if not among its parent's.
fn content_member<'a>(body: &'a Body<'_>, variant: &'a Variant<'_>) -> Option<&'a str> {
    let Body::Enum { tagging, .. } = body else { return None };
    let wire = variant.wire.as_ref()?;
    match tagging {
        _ if wire.untagged => None,
        Tagging::External => Some(&wire.name),
        Tagging::Adjacent { content, .. } => Some(content),
        Tagging::Internal { .. } | Tagging::Untagged => None,
    }
}

fn check_fields(fields: &Fields<'_>, names: &[Ident], v: &Ident, private: &TokenStream) -> TokenStream {
    let checks = fields.all().iter().zip(names).enumerate().map(|(index, (field, name))| {
        let step = match fields {
            Fields::Named { .. } if !field.flatten => {
                let member = &field.name;
                Some(quote!(let #v = &mut #private::Validator::member(#v, #member);))
            }
            Fields::Tuple(_) => Some(quote!(let #v = &mut #private::Validator::item(#v, #index);)),
            Fields::Unit | Fields::Newtype { .. } | Fields::Named { .. } => None,
        };
        let check = check_field(field, name, v, private);
        quote!({ #step #check })
    });
    quote!(#(#checks)*)
}

fn check_field(field: &Field<'_>, name: &Ident, v: &Ident, private: &TokenStream) -> TokenStream {
    let rules = field.rules.iter().map(|rule| check_rule(rule, name, v, private));
    let as_field = as_field(field.ty, private);
    quote! {
        #(#rules)*
        #as_field::check(#name, #v);
    }
}

fn check_rule(rule: &Rule, value: &Ident, v: &Ident, private: &TokenStream) -> TokenStream {
    // At the rule's own place, so that "the rule does not apply" points there.
    let span = rule.span;
    let data = rule_data(&rule.form, private);
    // The name itself stands nowhere in the source; a call around it does, and the compiler points at that.
    let subject = quote_spanned!(span=> ::core::convert::identity(#value));
    match &rule.form {
        RuleForm::Len { .. } => quote_spanned!(span=> #private::rule::Len::check(&#data, #subject, #v);),
        RuleForm::NonEmpty => quote_spanned!(span=> #private::rule::NonEmpty::check(&#data, #subject, #v);),
        RuleForm::Range { .. } => quote_spanned!(span=> #private::rule::Range::check(&#data, #subject, #v);),
        RuleForm::OneOf(_) => quote_spanned!(span=> #private::rule::OneOf::check(&#data, #subject, #v);),
        RuleForm::Custom { path, .. } => {
            quote_spanned!(span=> #private::rule::Custom::check(&#data, #subject, #v, #path);)
        }
        RuleForm::Each(rules) => {
            let item = local("__item");
            let rules = rules.iter().map(|rule| check_rule(rule, &item, v, private));
            quote_spanned!(span=> #private::rule::Each::check(#subject, #v, |#item, #v| { #(#rules)* });)
        }
    }
}
