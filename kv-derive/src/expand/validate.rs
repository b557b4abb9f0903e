//! `KvField::check`: for each field in order its own rules, then those of its type.

use super::schema::rule_data;
use super::{as_field, local, located_at, match_self};
use crate::check::{Body, Field, Fields, Model, Variant};
use crate::rules::{Function, Rule, RuleForm};
use crate::serde_view::Tagging;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

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
    let whole = model.validate.as_ref().map(|Function { path, name }| {
        let span = path.span();
        let private_there = located_at(private, span);
        // Not `self`, or the compiler proposes to call a missing function as a method.
        let whole = Ident::new("__whole", Span::mixed_site().located_at(span));
        let verdict = quote_spanned!(span=> #private_there::rule::Verdict::new(#path(#whole)));
        quote! {
            {
                #[allow(unused_imports)]
                use #private::rule::{ReportMessage as _, ReportNothing as _, ReportPlaces as _};
                let #whole = self;
                (&#verdict).__kv_report(#name, #v);
            }
        }
    });
    quote! {
        fn check(&self, #v: &mut #private::Validator<'_>) {
            let _ = &#v;
            #body
            #whole
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
        let place = match fields {
            Fields::Named { .. } if !field.flatten => {
                let member = &field.name;
                Some(quote!(&mut #private::Validator::member(#v, #member)))
            }
            Fields::Tuple(_) => Some(quote!(&mut #private::Validator::item(#v, #index))),
            Fields::Unit | Fields::Newtype { .. } | Fields::Named { .. } => None,
        };
        if let (Some(place), [], false) = (&place, field.rules.as_slice(), field.is_foreign()) {
            // The usual field; the shorter, the faster it is compiled.
            let as_field = as_field(field.ty, private);
            return quote!(#as_field::check(#name, #place););
        }
        let step = place.map(|place| quote!(let #v = #place;));
        let check = check_field(field, name, v, private);
        quote!({ #step #check })
    });
    quote!(#(#checks)*)
}

fn check_field(field: &Field<'_>, name: &Ident, v: &Ident, private: &TokenStream) -> TokenStream {
    let own = (!field.is_foreign()).then(|| {
        let as_field = as_field(field.ty, private);
        let lift =
            lifts_floats(&field.rules).then(|| quote!(let #v = &mut #private::rule::AnyFloat::lift(#v);));
        quote!(#lift #as_field::check(#name, #v);)
    });
    // With `wire`, `any_int` is about the JSON and not about the Rust value.
    let is_checked = |rule: &&Rule| field.wire.is_none() || !matches!(rule.form, RuleForm::AnyInt);
    let rules = check_rules(field.rules.iter().filter(is_checked), name, v, private);
    quote!(#rules #own)
}

/// The length comes first: no other rule sees a value that is too long.
fn check_rules<'r>(
    rules: impl IntoIterator<Item = &'r Rule>,
    value: &Ident,
    v: &Ident,
    private: &TokenStream,
) -> TokenStream {
    let (lengths, others): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|rule| matches!(rule.form, RuleForm::Len { .. }));
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

fn lifts_floats(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match &rule.form {
        RuleForm::AnyFloat => true,
        RuleForm::Each(rules) => lifts_floats(rules),
        _ => false,
    })
}

/// The check of a rule: a statement, except for a length, where it is the expression whether that holds.
fn check_rule(rule: &Rule, value: &Ident, v: &Ident, private: &TokenStream) -> TokenStream {
    // At the rule's own place, so that "the rule does not apply" points there.
    let span = rule.span;
    let private = &located_at(private, span);
    let data = rule_data(&rule.form, private);
    // The name itself stands nowhere in the source; a call around it does, and the compiler points at that.
    let subject = quote_spanned!(span=> ::core::convert::identity(#value));
    match &rule.form {
        RuleForm::Len { .. } => quote_spanned!(span=> #private::rule::Len::admits(&#data, #subject, #v)),
        RuleForm::NonEmpty => quote_spanned!(span=> #private::rule::NonEmpty::check(&#data, #subject, #v);),
        RuleForm::Range { .. } => quote_spanned!(span=> #private::rule::Range::check(&#data, #subject, #v);),
        RuleForm::OneOf(_) => quote_spanned!(span=> #private::rule::OneOf::check(&#data, #subject, #v);),
        RuleForm::Email => quote_spanned!(span=> #private::rule::Email::check(&#data, #subject, #v);),
        RuleForm::Url => quote_spanned!(span=> #private::rule::Url::check(&#data, #subject, #v);),
        RuleForm::JsSafe => quote_spanned!(span=> #private::rule::JsSafe::check(&#data, #subject, #v);),
        RuleForm::AnyInt => quote_spanned!(span=> #private::rule::AnyInt::check(&#data, #subject, #v);),
        RuleForm::AnyFloat => quote_spanned!(span=> #private::rule::AnyFloat::check(&#data, #subject, #v);),
        RuleForm::Pattern(text) => {
            let check =
                quote_spanned!(span=> #private::rule::Pattern::check(&#data, &MATCHER, #subject, #v););
            quote! {{
                static MATCHER: #private::rule::Matcher = #private::rule::Matcher::new(#text);
                #check
            }}
        }
        RuleForm::Custom(Function { path, .. }) => {
            quote_spanned!(span=> #private::rule::Custom::check(&#data, #subject, #v, #path);)
        }
        RuleForm::Each(rules) => {
            let item = local("__item");
            let rules = check_rules(rules, &item, v, private);
            quote_spanned!(span=> #private::rule::Each::check(#subject, #v, |#item, #v| { #rules });)
        }
    }
}
