//! Reads the attributes of an item: the arguments of `#[kv(...)]`, doc comments and positions.
//!
//! Only the form of a value is checked here; `check` does the rest.

use crate::ctxt::Ctxt;
use crate::meta::{Meta, RawNumber, metas};
use crate::rule::{self, RawRule};
use crate::suggest;
use crate::symbol::{
    self, CRATE, ELM, EVICT, EXAMPLE, HEAP_SIZE, KEY, KV, MAX_ENTRIES, MAX_TTL, OPAQUE, PLURAL, PREFIX, SKIP,
    TAG, TTL, VALIDATE, WIRE, example,
};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, LitStr, MacroDelimiter};

/// An argument of `#[kv(...)]`.
pub(crate) struct Arg<T> {
    pub(crate) name: Ident,
    pub(crate) value: T,
}

/// Arguments of a type.
#[derive(Default)]
pub(crate) struct TypeAttrs {
    pub(crate) tag: Option<Arg<LitStr>>,
    pub(crate) prefix: Option<Arg<LitStr>>,
    pub(crate) ttl: Option<Arg<LitStr>>,
    pub(crate) max_ttl: Option<Arg<LitStr>>,
    pub(crate) key: Option<Arg<LitStr>>,
    pub(crate) validate: Option<Arg<LitStr>>,
    pub(crate) plural: Option<Arg<LitStr>>,
    pub(crate) heap_size: Option<Arg<LitStr>>,
    pub(crate) elm: Option<Arg<LitStr>>,
    pub(crate) wire: Option<Arg<LitStr>>,
    pub(crate) example: Option<Arg<LitStr>>,
    // Each of these two requires the other. An invalid value is kept as `None`, so that it counts
    // as given.
    pub(crate) max_entries: Option<Arg<Option<RawNumber>>>,
    pub(crate) evict: Option<Arg<Option<LitStr>>>,
    pub(crate) krate: Option<Arg<LitStr>>,
}

impl TypeAttrs {
    /// Returns the path of kv-core, or `None` if the argument is not a path.
    pub(crate) fn krate(&self) -> Option<syn::Path> {
        match &self.krate {
            Some(arg) => arg.value.parse().ok(),
            None => Some(syn::parse_quote!(::kv_core)),
        }
    }
}

/// Arguments of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) rules: Vec<RawRule>,
    pub(crate) opaque: Option<Arg<()>>,
    pub(crate) heap_size: Option<Arg<LitStr>>,
    pub(crate) wire: Option<Arg<LitStr>>,
    pub(crate) example: Option<Arg<LitStr>>,
    pub(crate) skip: Option<Arg<()>>,
    pub(crate) elm: Option<Arg<LitStr>>,
}

/// Arguments of a variant.
#[derive(Default)]
pub(crate) struct VariantAttrs {
    pub(crate) elm: Option<Arg<LitStr>>,
}

pub(crate) fn type_attrs(ctxt: &Ctxt, attrs: &[Attribute]) -> TypeAttrs {
    let mut read = TypeAttrs::default();
    for meta in kv_metas(ctxt, attrs) {
        let word = meta.word();
        let slot = match word.as_str() {
            TAG => &mut read.tag,
            PREFIX => &mut read.prefix,
            TTL => &mut read.ttl,
            MAX_TTL => &mut read.max_ttl,
            KEY => &mut read.key,
            VALIDATE => &mut read.validate,
            PLURAL => &mut read.plural,
            HEAP_SIZE => &mut read.heap_size,
            ELM => &mut read.elm,
            WIRE => &mut read.wire,
            EXAMPLE => &mut read.example,
            CRATE => &mut read.krate,
            MAX_ENTRIES => {
                let value = meta.number(ctxt, example(MAX_ENTRIES));
                put(ctxt, meta, Some(value), &mut read.max_entries);
                continue;
            }
            EVICT => {
                let value = meta.string(ctxt, example(EVICT));
                put(ctxt, meta, Some(value), &mut read.evict);
                continue;
            }
            other => {
                let message = if is_for_fields(other) {
                    format!("`{other}` is for fields, not for types; write it on a field")
                } else {
                    unknown(other, symbol::ON_TYPE, "`#[kv(…)]` on a type takes")
                };
                ctxt.error(&meta.name, message);
                continue;
            }
        };
        put_string(ctxt, meta, slot);
    }
    read
}

pub(crate) fn field_attrs(ctxt: &Ctxt, attrs: &[Attribute]) -> FieldAttrs {
    let mut read = FieldAttrs::default();
    for meta in kv_metas(ctxt, attrs) {
        match meta.word().as_str() {
            HEAP_SIZE => put_string(ctxt, meta, &mut read.heap_size),
            WIRE => put_string(ctxt, meta, &mut read.wire),
            EXAMPLE => put_string(ctxt, meta, &mut read.example),
            ELM => put_string(ctxt, meta, &mut read.elm),
            OPAQUE => put_flag(ctxt, meta, &mut read.opaque),
            SKIP => put_flag(ctxt, meta, &mut read.skip),
            _ => read.rules.extend(rule::parse(ctxt, meta)),
        }
    }
    read
}

pub(crate) fn variant_attrs(ctxt: &Ctxt, attrs: &[Attribute]) -> VariantAttrs {
    let mut read = VariantAttrs::default();
    for meta in kv_metas(ctxt, attrs) {
        let word = meta.word();
        let message = match word.as_str() {
            ELM => {
                put_string(ctxt, meta, &mut read.elm);
                continue;
            }
            word if is_for_fields(word) => {
                format!("`{word}` is for fields, not for variants; write it on a field of the variant")
            }
            word if symbol::ON_TYPE.contains(&word) => {
                format!("`{word}` is for types, not for variants; write it on the enum")
            }
            word => unknown(word, symbol::ON_VARIANT, "`#[kv(…)]` on a variant takes"),
        };
        ctxt.error(&meta.name, message);
    }
    read
}

/// Refuses every argument of `#[kv(...)]`.
pub(crate) fn refuse_all(ctxt: &Ctxt, attrs: &[Attribute], message: &str) {
    for meta in kv_metas(ctxt, attrs) {
        ctxt.error(&meta.name, message);
    }
}

fn is_for_fields(word: &str) -> bool {
    symbol::ON_FIELD.contains(&word) || rule::find(word).is_some()
}

fn unknown(word: &str, known: &[&str], known_as: &str) -> String {
    suggest::serde_attribute(word).unwrap_or_else(|| suggest::unknown("argument", word, known, known_as))
}

fn put_string(ctxt: &Ctxt, meta: Meta, slot: &mut Option<Arg<LitStr>>) {
    let value = meta.string(ctxt, example(&meta.word()));
    put(ctxt, meta, value, slot);
}

fn put_flag(ctxt: &Ctxt, meta: Meta, slot: &mut Option<Arg<()>>) {
    let value = meta.flag(ctxt);
    put(ctxt, meta, value, slot);
}

/// Stores a valid value, unless the argument was given before.
fn put<T>(ctxt: &Ctxt, meta: Meta, value: Option<T>, slot: &mut Option<Arg<T>>) {
    let Some(value) = value else { return };
    if slot.is_some() {
        ctxt.error(&meta.name, format!("`{}` is given twice; remove one of them", meta.name));
    } else {
        *slot = Some(Arg { name: meta.name, value });
    }
}

/// Returns the arguments of all `#[kv(...)]` of an item.
fn kv_metas(ctxt: &Ctxt, attrs: &[Attribute]) -> Vec<Meta> {
    let mut found = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(KV)) {
        match attr.meta.require_list() {
            Ok(list) if matches!(list.delimiter, MacroDelimiter::Paren(_)) => {
                found.extend(metas(ctxt, list.tokens.clone()));
            }
            _ => {
                ctxt.error(&attr.meta, "expected arguments in parentheses, as in `#[kv(…)]`");
            }
        }
    }
    found
}

/// Returns the text of the doc comments of an item, without the space after `///` and the stars of
/// `/** */`. `#[doc = …]` with a macro call such as `include_str!` is left out, because its text is
/// unknown here.
pub(crate) fn docs(attrs: &[Attribute]) -> String {
    let line = |attr: &Attribute| {
        let name_value = attr.meta.require_name_value().ok()?;
        if !attr.path().is_ident("doc") {
            return None;
        }
        let text: LitStr = syn::parse2(name_value.value.to_token_stream()).ok()?;
        let text = text.value();
        let lines: Vec<_> = text.lines().collect();
        // In a comment of several lines, every line after the first may begin with a star.
        let starred = lines.len() > 1
            && lines[1..].iter().all(|l| l.trim().is_empty() || l.trim_start().starts_with('*'));
        let unstar = |line: &&str| {
            if starred { line.trim_start().trim_start_matches('*').to_owned() } else { (*line).to_owned() }
        };
        let lines = lines.iter().map(unstar).map(|l| l.strip_prefix(' ').map(str::to_owned).unwrap_or(l));
        Some(lines.collect::<Vec<_>>().join("\n"))
    };
    let lines: Vec<_> = attrs.iter().filter_map(line).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Returns the position of an argument of `#[serde(...)]`, to report an error there.
pub(crate) fn serde_arg(attrs: &[Attribute], word: &str) -> Option<Span> {
    position(attrs, "serde", word)
}

/// Whether the wire form of a field differs from that of its type (`opaque` or `wire`).
pub(crate) fn has_own_form(attrs: &[Attribute]) -> bool {
    position(attrs, KV, OPAQUE).is_some() || position(attrs, KV, WIRE).is_some()
}

fn position(attrs: &[Attribute], attribute: &str, word: &str) -> Option<Span> {
    fn find(tokens: TokenStream, word: &str) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if ident == word => Some(ident.span()),
            TokenTree::Group(group) => find(group.stream(), word),
            _ => None,
        })
    }
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident(attribute))
        .find_map(|attr| attr.meta.require_list().ok().and_then(|list| find(list.tokens.clone(), word)))
}
