//! Rules as constants of the schema, and the code that checks them.

use super::schema::option;
use super::{local, located_at};
use crate::rule::{Function, Number, Rule, RuleArg};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// Writes the `kv_schema::rule::Rule`.
pub(super) fn constant(rule: &Rule, private: &TokenStream) -> TokenStream {
    let variant = type_name(rule, Span::call_site());
    let data = data(rule, private);
    quote!(#private::rule::Rule::#variant(#data))
}

fn type_name(rule: &Rule, span: Span) -> Ident {
    Ident::new(rule.def.type_name, span)
}

/// Writes the value of the rule's type in `kv_schema::rule`.
fn data(rule: &Rule, private: &TokenStream) -> TokenStream {
    let ty = type_name(rule, Span::call_site());
    let members = match &rule.arg {
        RuleArg::None => TokenStream::new(),
        RuleArg::Len { min, max } => {
            let (min, max) = (option(*min), option(*max));
            quote!({ min: #min, max: #max })
        }
        RuleArg::Range { min, max } => {
            let number = |bound: Option<Number>| {
                option(bound.map(|bound| match bound {
                    Number::Int(n) => quote!(#private::rule::Number::Int(#n)),
                    Number::Float(n) => quote!(#private::rule::Number::Float(#n)),
                }))
            };
            let (min, max) = (number(*min), number(*max));
            quote!({ min: #min, max: #max })
        }
        RuleArg::Pattern(text) => quote!({ text: #text }),
        RuleArg::OneOf(allowed) => quote!({ allowed: &[#(#allowed),*] }),
        RuleArg::Each(rules) => {
            let rules = rules.iter().map(|rule| constant(rule, private));
            quote!({ rules: &[#(#rules),*] })
        }
        RuleArg::Custom(Function { name, .. }) => quote!({ name: #name }),
    };
    quote!(#private::rule::#ty #members)
}

/// Writes the checks of a value. `len` is first: the other rules do not check a value that is too
/// long.
pub(super) fn check_rules<'r>(
    rules: impl IntoIterator<Item = &'r Rule>,
    value: &Ident,
    v: &Ident,
    private: &TokenStream,
) -> TokenStream {
    let (lengths, others): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|rule| matches!(rule.arg, RuleArg::Len { .. }));
    let others = others.into_iter().map(|rule| check_rule(rule, value, v, private));
    let rest = quote!(#(#others)*);
    match lengths.first() {
        Some(length) if rest.is_empty() => {
            let holds = check_rule(length, value, v, private);
            quote!(#holds;)
        }
        Some(length) => {
            let holds = check_rule(length, value, v, private);
            quote!(if #holds { #rest })
        }
        None => rest,
    }
}

/// Writes the check of a rule: a statement, or for `len` an expression that is true if the rule
/// holds.
fn check_rule(rule: &Rule, value: &Ident, v: &Ident, private: &TokenStream) -> TokenStream {
    // The code has the span of the rule, so that the compiler reports an inapplicable rule there.
    let span = rule.span;
    let private = &located_at(private, span);
    let ty = type_name(rule, span);
    let data = data(rule, private);
    // The identifier has the span of the derive. Wrapping it in a call with the span of the rule
    // makes the compiler report errors at the rule.
    let subject = quote_spanned!(span=> ::core::convert::identity(#value));
    match &rule.arg {
        RuleArg::Len { .. } => quote_spanned!(span=> #private::rule::#ty::admits(&#data, #subject, #v)),
        RuleArg::None | RuleArg::Range { .. } | RuleArg::OneOf(_) => {
            quote_spanned!(span=> #private::rule::#ty::check(&#data, #subject, #v);)
        }
        RuleArg::Pattern(text) => {
            let check = quote_spanned!(span=> #private::rule::#ty::check(&#data, &MATCHER, #subject, #v););
            quote! {{
                static MATCHER: #private::rule::Matcher = #private::rule::Matcher::new(#text);
                #check
            }}
        }
        RuleArg::Custom(Function { path, .. }) => {
            quote_spanned!(span=> #private::rule::#ty::check(&#data, #subject, #v, #path);)
        }
        RuleArg::Each(rules) => {
            let item = local("__item");
            let rules = check_rules(rules, &item, v, private);
            quote_spanned!(span=> #private::rule::#ty::check(#subject, #v, |#item, #v| { #rules });)
        }
    }
}
