//! From the tokens of `#[kv(...)]` to words with their places. What the words say is judged in `check`.

use crate::ctxt::Ctxt;
use crate::slip;
use crate::symbol::{
    self, ANY_FLOAT, ANY_INT, CRATE, CUSTOM, EACH, ELM, EMAIL, EVICT, EXAMPLE, HEAP_SIZE, JS_SAFE, KEY, KV,
    LEN, MAX, MAX_ENTRIES, MAX_TTL, MIN, NON_EMPTY, ONE_OF, OPAQUE, PATTERN, PLURAL, PREFIX, RANGE, SKIP,
    TAG, TTL, URL, VALIDATE, WIRE,
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Lit, LitFloat, LitInt, LitStr, MacroDelimiter, Token};

/// What stands on a type.
#[derive(Default)]
pub(crate) struct TypeAttrs {
    pub(crate) tag: Option<Word<LitStr>>,
    pub(crate) prefix: Option<Word<LitStr>>,
    pub(crate) ttl: Option<Word<LitStr>>,
    pub(crate) max_ttl: Option<Word<LitStr>>,
    pub(crate) key: Option<Word<LitStr>>,
    pub(crate) validate: Option<Word<LitStr>>,
    pub(crate) plural: Option<Word<LitStr>>,
    pub(crate) heap_size: Option<Word<LitStr>>,
    pub(crate) elm: Option<Word<LitStr>>,
    pub(crate) wire: Option<Word<LitStr>>,
    pub(crate) example: Option<Word<LitStr>>,
    // Each of these two asks whether the other is there, be it with a value that could not be read.
    pub(crate) max_entries: Option<Word<Option<RawNumber>>>,
    pub(crate) evict: Option<Word<Option<LitStr>>>,
    pub(crate) krate: Option<Word<LitStr>>,
}

impl TypeAttrs {
    /// Where kv-core is to be found; `None` when what was given is no path.
    pub(crate) fn krate(&self) -> Option<syn::Path> {
        match &self.krate {
            Some(word) => word.value.parse().ok(),
            None => Some(syn::parse_quote!(::kv_core)),
        }
    }
}

/// A word that was given, and what it was given.
pub(crate) struct Word<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

impl<T> Word<T> {
    /// Puts the word where it belongs, unless it is there already.
    fn put(self, ctxt: &Ctxt, slot: &mut Option<Self>) {
        if slot.is_some() {
            ctxt.error(&self.key, format!("`{}` is given twice", self.key));
        } else {
            *slot = Some(self);
        }
    }
}

/// What stands on a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) rules: Vec<RawRule>,
    pub(crate) opaque: Option<Ident>,
    pub(crate) heap_size: Option<Word<LitStr>>,
    pub(crate) wire: Option<Word<LitStr>>,
    pub(crate) example: Option<Word<LitStr>>,
    pub(crate) skip: Option<Ident>,
    pub(crate) elm: Option<Word<LitStr>>,
}

/// Attributes of a variant.
#[derive(Default)]
pub(crate) struct VariantAttrs {
    pub(crate) elm: Option<Word<LitStr>>,
}

/// A rule as it was written.
pub(crate) struct RawRule {
    pub(crate) key: Ident,
    pub(crate) form: RawForm,
}

pub(crate) enum RawForm {
    Len {
        min: Option<RawNumber>,
        max: Option<RawNumber>,
    },
    NonEmpty,
    Range {
        min: Option<RawNumber>,
        max: Option<RawNumber>,
    },
    Pattern(LitStr),
    OneOf(Vec<LitStr>),
    Email,
    Url,
    JsSafe,
    AnyInt,
    AnyFloat,
    Each(Vec<RawRule>),
    Custom(LitStr),
    /// A word that is no rule; the type of the field decides what to propose instead.
    Unknown,
}

/// A number, with its sign.
pub(crate) enum RawNumber {
    Int(LitInt),
    Float(LitFloat),
}

impl RawNumber {
    /// The number in the tokens, if they are one.
    fn read(tokens: TokenStream) -> Option<Self> {
        const SUFFIXES: &[&str] = &[
            "", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
            "f32", "f64",
        ];
        match syn::parse2(tokens).ok()? {
            Lit::Int(int) if SUFFIXES.contains(&int.suffix()) => Some(Self::Int(int)),
            Lit::Float(float) if SUFFIXES.contains(&float.suffix()) => Some(Self::Float(float)),
            _ => None,
        }
    }

    /// How many it says: a whole number that every `usize` holds.
    pub(crate) fn count(&self) -> Option<usize> {
        match self {
            Self::Int(int) => int.base10_parse::<u32>().ok().and_then(|n| usize::try_from(n).ok()),
            Self::Float(_) => None,
        }
    }
}

impl ToTokens for RawNumber {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Int(int) => int.to_tokens(tokens),
            Self::Float(float) => float.to_tokens(tokens),
        }
    }
}

/// Reads what stands on a type.
pub(crate) fn type_attrs(ctxt: &Ctxt, attrs: &[Attribute]) -> TypeAttrs {
    let mut read = TypeAttrs::default();
    for meta in kv_metas(ctxt, attrs) {
        let slot = match meta.key.unraw().to_string().as_str() {
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
            MAX_ENTRIES => {
                let value = meta.number(ctxt);
                Word { key: meta.key, value }.put(ctxt, &mut read.max_entries);
                continue;
            }
            EVICT => {
                let value = meta.string(ctxt);
                Word { key: meta.key, value }.put(ctxt, &mut read.evict);
                continue;
            }
            CRATE => &mut read.krate,
            other if symbol::RULES.contains(&other) || symbol::ON_FIELD.contains(&other) => {
                ctxt.error(&meta.key, format!("`{other}` stands on a field, not on the type"));
                continue;
            }
            other => {
                let message = slip::serdes(other).unwrap_or_else(|| {
                    slip::unknown("word", other, symbol::ON_TYPE, "what can stand on a type is")
                });
                ctxt.error(&meta.key, message);
                continue;
            }
        };
        let Some(value) = meta.string(ctxt) else { continue };
        Word { key: meta.key, value }.put(ctxt, slot);
    }
    read
}

/// Reads what stands on a field.
pub(crate) fn field_attrs(ctxt: &Ctxt, attrs: &[Attribute]) -> FieldAttrs {
    let mut read = FieldAttrs::default();
    for meta in kv_metas(ctxt, attrs) {
        let text = match meta.key.unraw().to_string().as_str() {
            HEAP_SIZE => Some(&mut read.heap_size),
            WIRE => Some(&mut read.wire),
            EXAMPLE => Some(&mut read.example),
            ELM => Some(&mut read.elm),
            _ => None,
        };
        if let Some(slot) = text {
            if let Some(value) = meta.string(ctxt) {
                Word { key: meta.key, value }.put(ctxt, slot);
            }
            continue;
        }
        let slot = match meta.key.unraw().to_string().as_str() {
            OPAQUE => &mut read.opaque,
            SKIP => &mut read.skip,
            _ => {
                read.rules.extend(rule(ctxt, meta));
                continue;
            }
        };
        if meta.bare(ctxt).is_none() {
            continue;
        }
        if slot.is_some() {
            ctxt.error(&meta.key, format!("`{}` is given twice", meta.key));
        }
        *slot = Some(meta.key);
    }
    read
}

/// Refuses every word of the attributes.
pub(crate) fn none(ctxt: &Ctxt, attrs: &[Attribute], message: &str) {
    for meta in kv_metas(ctxt, attrs) {
        ctxt.error(&meta.key, message);
    }
}

/// Reads the attributes of a variant.
pub(crate) fn variant_attrs(ctxt: &Ctxt, attrs: &[Attribute]) -> VariantAttrs {
    let mut read = VariantAttrs::default();
    for meta in kv_metas(ctxt, attrs) {
        let word = meta.key.unraw().to_string();
        if word == ELM {
            if let Some(value) = meta.string(ctxt) {
                Word { key: meta.key, value }.put(ctxt, &mut read.elm);
            }
            continue;
        }
        let message = if symbol::RULES.contains(&word.as_str()) || symbol::ON_FIELD.contains(&word.as_str()) {
            format!("`{word}` is for fields, not for variants: write it on a field of the variant")
        } else if symbol::ON_TYPE.contains(&word.as_str()) {
            format!("`{word}` is for types, not for variants: write it on the enum")
        } else {
            slip::serdes(&word).unwrap_or_else(|| {
                slip::unknown("word", &word, symbol::ON_VARIANT, "the words that are valid on a variant are")
            })
        };
        ctxt.error(&meta.key, message);
    }
    read
}

fn rule(ctxt: &Ctxt, meta: Meta) -> Option<RawRule> {
    let form = match meta.key.unraw().to_string().as_str() {
        LEN => {
            let (min, max) = meta.bounds(ctxt)?;
            RawForm::Len { min, max }
        }
        NON_EMPTY => meta.bare(ctxt).map(|()| RawForm::NonEmpty)?,
        EMAIL => meta.bare(ctxt).map(|()| RawForm::Email)?,
        URL => meta.bare(ctxt).map(|()| RawForm::Url)?,
        JS_SAFE => meta.bare(ctxt).map(|()| RawForm::JsSafe)?,
        ANY_INT => meta.bare(ctxt).map(|()| RawForm::AnyInt)?,
        ANY_FLOAT => meta.bare(ctxt).map(|()| RawForm::AnyFloat)?,
        PATTERN => RawForm::Pattern(meta.string(ctxt)?),
        RANGE => {
            let (min, max) = meta.bounds(ctxt)?;
            RawForm::Range { min, max }
        }
        ONE_OF => RawForm::OneOf(meta.strings(ctxt)?),
        EACH => {
            let group = meta.list(ctxt, "each(rule, …)")?;
            let metas = metas(ctxt, group.stream());
            let inner: Vec<_> = metas.into_iter().filter_map(|meta| rule(ctxt, meta)).collect();
            if inner.is_empty() && !group.stream().is_empty() {
                // What there is could not be read, and has been reported.
                return None;
            }
            RawForm::Each(inner)
        }
        CUSTOM => RawForm::Custom(meta.string(ctxt)?),
        _ => RawForm::Unknown,
    };
    Some(RawRule { key: meta.key, form })
}

/// `key`, `key = …` or `key(…)`.
struct Meta {
    key: Ident,
    value: Value,
}

enum Value {
    None,
    Equals(TokenStream),
    List(Group),
}

impl Parse for Meta {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a word, as in `len(max = 64)` or `ttl = \"30s\"`"));
        }
        let key = input.call(Ident::parse_any)?;
        let value = if input.is_empty() {
            Value::None
        } else if input.peek(Token![=]) {
            let equals: Token![=] = input.parse()?;
            let tokens: TokenStream = input.parse()?;
            if tokens.is_empty() {
                return Err(syn::Error::new(equals.span, format!("expected a value after `{key} =`")));
            }
            refuse_missing_comma(&tokens)?;
            Value::Equals(tokens)
        } else {
            match input.parse()? {
                TokenTree::Group(group) if group.delimiter() != Delimiter::Parenthesis => {
                    return Err(syn::Error::new(group.span(), format!("expected parentheses: `{key}(…)`")));
                }
                TokenTree::Group(group) if input.is_empty() => Value::List(group),
                TokenTree::Group(_) => return Err(input.error("expected a comma before this")),
                TokenTree::Punct(minus) if minus.as_char() == '-' && input.peek(Ident::peek_any) => {
                    let rest = input.call(Ident::parse_any)?;
                    input.parse::<TokenStream>()?;
                    return Err(syn::Error::new(
                        minus.span(),
                        format!("a word has no `-` in it: write `{key}_{rest}`"),
                    ));
                }
                other => {
                    return Err(syn::Error::new(
                        other.span(),
                        format!("expected `=`, `(` or a comma after `{key}`"),
                    ));
                }
            }
        };
        Ok(Self { key, value })
    }
}

/// Two values in a row want a comma between, which a message about the first would not say.
fn refuse_missing_comma(value: &TokenStream) -> syn::Result<()> {
    let is_minus = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '-');
    let mut tokens = value.clone().into_iter().skip_while(is_minus);
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Literal(_)), Some(next @ (TokenTree::Ident(_) | TokenTree::Literal(_)))) => {
            Err(syn::Error::new(next.span(), "expected a comma before this"))
        }
        _ => Ok(()),
    }
}

impl Meta {
    fn span(&self) -> TokenStream {
        let key = &self.key;
        match &self.value {
            Value::None => key.to_token_stream(),
            Value::Equals(tokens) => tokens.clone(),
            Value::List(group) => quote!(#key #group),
        }
    }

    /// Requires `key`.
    fn bare(&self, ctxt: &Ctxt) -> Option<()> {
        if matches!(self.value, Value::None) {
            return Some(());
        }
        ctxt.error(self.span(), format!("`{0}` takes nothing: write `{0}` alone", self.key));
        None
    }

    /// Requires `key = "text"`.
    fn string(&self, ctxt: &Ctxt) -> Option<LitStr> {
        let Value::Equals(tokens) = &self.value else {
            let example = symbol::example(&self.key.unraw().to_string());
            ctxt.error(self.span(), format!("`{}` takes a text: `{example}`", self.key));
            return None;
        };
        if let Some(text) = text(tokens) {
            return Some(text);
        }
        let example = match syn::parse2::<syn::Path>(tokens.clone()) {
            Ok(path) => format!("{} = \"{}\"", self.key, path.to_token_stream().to_string().replace(' ', "")),
            Err(_) => symbol::example(&self.key.unraw().to_string()).to_owned(),
        };
        ctxt.error(tokens, format!("`{}` takes a text in quotes: `{example}`", self.key));
        None
    }

    /// Requires `key = 1`.
    fn number(&self, ctxt: &Ctxt) -> Option<RawNumber> {
        let number = match &self.value {
            Value::Equals(tokens) => RawNumber::read(tokens.clone()),
            _ => None,
        };
        if number.is_none() {
            let example = symbol::example(&self.key.unraw().to_string());
            ctxt.error(self.span(), format!("`{}` takes a number: `{example}`", self.key));
        }
        number
    }

    /// Requires `key(…)`.
    fn list(&self, ctxt: &Ctxt, example: &str) -> Option<&Group> {
        if let Value::List(group) = &self.value {
            return Some(group);
        }
        ctxt.error(self.span(), format!("`{}` takes a list: `{example}`", self.key));
        None
    }

    /// Requires `key("a", "b")`. Of a list with mistakes in it, what could be read.
    fn strings(&self, ctxt: &Ctxt) -> Option<Vec<LitStr>> {
        let example = format!("{}(\"a\", \"b\")", self.key);
        let group = self.list(ctxt, &example)?;
        let parts = split_at_commas(ctxt, group.stream());
        let read = |tokens: &TokenStream| {
            let text = text(tokens);
            if text.is_none() {
                ctxt.error(tokens, format!("expected texts in quotes, with commas between: `{example}`"));
            }
            text
        };
        let texts: Vec<_> = parts.iter().filter_map(read).collect();
        (!texts.is_empty() || group.stream().is_empty()).then_some(texts)
    }

    /// Requires `key(min = 1, max = 2)` with at least one of the two. Of a list with mistakes in it, what could be read.
    fn bounds(&self, ctxt: &Ctxt) -> Option<(Option<RawNumber>, Option<RawNumber>)> {
        let example = format!("{}(min = 1, max = 64)", self.key);
        let group = self.list(ctxt, &example)?;
        let parts = split_at_commas(ctxt, group.stream());
        if parts.iter().any(|part| !part.to_string().starts_with(|c: char| c.is_alphabetic() || c == '_')) {
            let numbers: Vec<_> = parts.iter().flat_map(ends).map(RawNumber::read).collect();
            let instead = match numbers.as_slice() {
                [Some(min), Some(max)] => {
                    let (min, max) = (min.to_token_stream(), max.to_token_stream());
                    format!("{}(min = {min}, max = {max})", self.key)
                }
                _ => example,
            };
            ctxt.error(group.stream(), format!("bounds are named: `{instead}`"));
            return None;
        }
        let (mut min, mut max) = (None, None);
        for bound in metas(ctxt, group.stream()) {
            let slot = match bound.key.unraw().to_string().as_str() {
                MIN => &mut min,
                MAX => &mut max,
                other => {
                    let known_as = format!("what `{}` takes is", self.key);
                    ctxt.error(&bound.key, slip::unknown("bound", other, &[MIN, MAX], &known_as));
                    continue;
                }
            };
            if slot.is_some() {
                ctxt.error(&bound.key, format!("`{}` is given twice", bound.key));
                continue;
            }
            *slot = bound.number(ctxt);
        }
        if min.is_none() && max.is_none() {
            if group.stream().is_empty() {
                ctxt.error(self.span(), format!("`{}` takes at least one bound: `{example}`", self.key));
            }
            return None;
        }
        Some((min, max))
    }
}

/// Both ends of `1..=5`, and anything else as it is.
fn ends(tokens: &TokenStream) -> Vec<TokenStream> {
    let is_dot = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if ".=".contains(p.as_char()));
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let parts = tokens.split(is_dot).map(|part| part.iter().cloned().collect());
    if tokens.iter().filter(|token| is_dot(token)).count() == 3 {
        parts.filter(|part: &TokenStream| !part.is_empty()).collect()
    } else {
        vec![tokens.iter().cloned().collect()]
    }
}

/// The text in the tokens, if they are one.
fn text(tokens: &TokenStream) -> Option<LitStr> {
    syn::parse2(tokens.clone()).ok().filter(|text: &LitStr| text.suffix().is_empty())
}

/// The words in all `#[kv(...)]` of an item.
fn kv_metas(ctxt: &Ctxt, attrs: &[Attribute]) -> Vec<Meta> {
    let mut found = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(KV)) {
        match attr.meta.require_list() {
            Ok(list) if matches!(list.delimiter, MacroDelimiter::Paren(_)) => {
                found.extend(metas(ctxt, list.tokens.clone()));
            }
            _ => {
                ctxt.error(&attr.meta, "expected words in parentheses: `#[kv(…)]`");
            }
        }
    }
    found
}

/// Reads each word for itself, so that a mistake in one hides no other.
fn metas(ctxt: &Ctxt, tokens: TokenStream) -> Vec<Meta> {
    let read = |tokens| Meta::parse.parse2(tokens).map_err(|error| ctxt.push(error)).ok();
    split_at_commas(ctxt, tokens).into_iter().filter_map(read).collect()
}

/// What stands between commas; behind the last one there may be nothing.
fn split_at_commas(ctxt: &Ctxt, tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                if part.is_empty() {
                    ctxt.error(punct, "nothing stands before this comma");
                } else {
                    parts.push(std::mem::take(&mut part));
                }
            }
            token => part.extend([token]),
        }
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

/// The text of the doc comments of an item, without the space after `///` and the stars of `/** */`. What a macro
/// such as `include_str!` makes of `#[doc = …]` is not known here, and left out.
pub(crate) fn docs(attrs: &[Attribute]) -> String {
    let line = |attr: &Attribute| {
        let name_value = attr.meta.require_name_value().ok()?;
        if !attr.path().is_ident("doc") {
            return None;
        }
        let text: LitStr = syn::parse2(name_value.value.to_token_stream()).ok()?;
        let text = text.value();
        let lines: Vec<_> = text.lines().collect();
        // Of a comment of several lines, each but the first may begin with a star.
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

/// Where a word of `#[serde(...)]` stands, to report a problem at it.
pub(crate) fn serde_word(attrs: &[Attribute], word: &str) -> Option<Span> {
    word_of(attrs, "serde", word)
}

/// Whether the form of a field on the wire is not that of its type: any JSON, or that of another type.
pub(crate) fn has_own_form(attrs: &[Attribute]) -> bool {
    word_of(attrs, KV, OPAQUE).is_some() || has_wire(attrs)
}

/// Whether `wire` names the form on the wire.
pub(crate) fn has_wire(attrs: &[Attribute]) -> bool {
    word_of(attrs, KV, WIRE).is_some()
}

/// Where a word of an attribute stands.
fn word_of(attrs: &[Attribute], attribute: &str, word: &str) -> Option<Span> {
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
