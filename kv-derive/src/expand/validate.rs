//! `KvField::check`: for each field in order, the rules of the field and then those of its type.

use super::rule::check_rules;
use super::{as_field, local, located_at, match_self};
use crate::model::{Body, Field, Fields, Model, Variant};
use crate::rule::{ANY_FLOAT, ANY_INT, Function, Rule, RuleArg};
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
        // With `self`, the compiler would suggest to call a missing function as a method.
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

/// Returns the member that contains a variant's fields, or `None` if they are in the object itself.
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
            // The most common field. Short code compiles faster.
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
            allows_any_float(&field.rules).then(|| quote!(let #v = &mut #private::rule::AnyFloat::lift(#v);));
        quote!(#lift #as_field::check(#name, #v);)
    });
    // With `wire`, `any_int` is about the JSON and not about the Rust value.
    let is_checked = |rule: &&Rule| field.wire.is_none() || !rule.is(ANY_INT);
    let rules = check_rules(field.rules.iter().filter(is_checked), name, v, private);
    quote!(#rules #own)
}

fn allows_any_float(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match &rule.arg {
        RuleArg::Each(rules) => allows_any_float(rules),
        _ => rule.is(ANY_FLOAT),
    })
}
