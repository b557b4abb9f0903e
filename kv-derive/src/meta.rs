//! The syntax of attribute arguments: `name`, `name = …` and `name(…)`.

use crate::ctxt::Ctxt;
use crate::suggest;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Lit, LitFloat, LitInt, LitStr, Token};

/// An argument whose value has not been read yet.
pub(crate) struct Meta {
    pub(crate) name: Ident,
    value: Value,
}

enum Value {
    None,
    Equals(TokenStream),
    List(Group),
}

/// A number with its sign.
pub(crate) enum RawNumber {
    Int(LitInt),
    Float(LitFloat),
}

/// The numbers of `min = …` and `max = …`.
pub(crate) struct Bounds {
    pub(crate) min: Option<RawNumber>,
    pub(crate) max: Option<RawNumber>,
}

impl RawNumber {
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

    /// Returns the number as a count: a whole number that fits into a `u32`, and so into every
    /// `usize`.
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

impl Parse for Meta {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected an argument such as `len(max = 64)` or `ttl = \"30s\"`"));
        }
        let name = input.call(Ident::parse_any)?;
        let value = if input.is_empty() {
            Value::None
        } else if input.peek(Token![=]) {
            let equals: Token![=] = input.parse()?;
            let tokens: TokenStream = input.parse()?;
            if tokens.is_empty() {
                return Err(syn::Error::new(equals.span, format!("expected a value after `{name} =`")));
            }
            refuse_missing_comma(&tokens)?;
            Value::Equals(tokens)
        } else {
            match input.parse()? {
                TokenTree::Group(group) if group.delimiter() != Delimiter::Parenthesis => {
                    let message = format!("expected parentheses, as in `{name}(…)`");
                    return Err(syn::Error::new(group.span(), message));
                }
                TokenTree::Group(group) if input.is_empty() => Value::List(group),
                TokenTree::Group(_) => return Err(input.error("expected a comma before this")),
                TokenTree::Punct(minus) if minus.as_char() == '-' && input.peek(Ident::peek_any) => {
                    let rest = input.call(Ident::parse_any)?;
                    input.parse::<TokenStream>()?;
                    let message = format!("names of arguments have no `-`; write `{name}_{rest}`");
                    return Err(syn::Error::new(minus.span(), message));
                }
                other => {
                    let message = format!("expected `=`, `(` or a comma after `{name}`");
                    return Err(syn::Error::new(other.span(), message));
                }
            }
        };
        Ok(Self { name, value })
    }
}

/// Refuses a second value after a literal. Otherwise the error would be about the first value.
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

/// Each method reports a value of another form, with an example of the expected one.
impl Meta {
    /// Returns the name without `r#`.
    pub(crate) fn word(&self) -> String {
        self.name.unraw().to_string()
    }

    fn span(&self) -> TokenStream {
        let name = &self.name;
        match &self.value {
            Value::None => name.to_token_stream(),
            Value::Equals(tokens) => tokens.clone(),
            Value::List(group) => quote!(#name #group),
        }
    }

    /// Requires `name`.
    pub(crate) fn flag(&self, ctxt: &Ctxt) -> Option<()> {
        if matches!(self.value, Value::None) {
            return Some(());
        }
        ctxt.error(self.span(), format!("`{0}` takes no value; write only `{0}`", self.name));
        None
    }

    /// Requires `name = "text"`.
    pub(crate) fn string(&self, ctxt: &Ctxt, example: &str) -> Option<LitStr> {
        let Value::Equals(tokens) = &self.value else {
            ctxt.error(self.span(), format!("`{}` takes a string, as in `{example}`", self.name));
            return None;
        };
        if let Some(text) = text(tokens) {
            return Some(text);
        }
        let instead = match syn::parse2::<syn::Path>(tokens.clone()) {
            Ok(path) => {
                format!("{} = \"{}\"", self.name, path.to_token_stream().to_string().replace(' ', ""))
            }
            Err(_) => example.to_owned(),
        };
        ctxt.error(tokens, format!("`{}` takes a string in quotes; write `{instead}`", self.name));
        None
    }

    /// Requires `name = 1`.
    pub(crate) fn number(&self, ctxt: &Ctxt, example: &str) -> Option<RawNumber> {
        let number = match &self.value {
            Value::Equals(tokens) => RawNumber::read(tokens.clone()),
            _ => None,
        };
        if number.is_none() {
            ctxt.error(self.span(), format!("`{}` takes a number, as in `{example}`", self.name));
        }
        number
    }

    /// Requires `name(…)`.
    fn list(&self, ctxt: &Ctxt, example: &str) -> Option<&Group> {
        if let Value::List(group) = &self.value {
            return Some(group);
        }
        ctxt.error(self.span(), format!("`{}` takes a list, as in `{example}`", self.name));
        None
    }

    /// Requires `name(a, b = …)`. Returns the valid arguments, or `None` if all of them are
    /// invalid.
    pub(crate) fn metas(&self, ctxt: &Ctxt, example: &str) -> Option<Vec<Self>> {
        let group = self.list(ctxt, example)?;
        let metas = metas(ctxt, group.stream());
        (!metas.is_empty() || group.stream().is_empty()).then_some(metas)
    }

    /// Requires `name("a", "b")`. Returns the valid strings, or `None` if all of them are invalid.
    pub(crate) fn strings(&self, ctxt: &Ctxt, example: &str) -> Option<Vec<LitStr>> {
        let group = self.list(ctxt, example)?;
        let parts = split_at_commas(ctxt, group.stream());
        let read = |tokens: &TokenStream| {
            let text = text(tokens);
            if text.is_none() {
                let message = format!("expected strings in quotes, separated by commas, as in `{example}`");
                ctxt.error(tokens, message);
            }
            text
        };
        let texts: Vec<_> = parts.iter().filter_map(read).collect();
        (!texts.is_empty() || group.stream().is_empty()).then_some(texts)
    }

    /// Requires `name(min = 1, max = 2)` with at least one of the two. Returns the valid bounds.
    pub(crate) fn bounds(&self, ctxt: &Ctxt, example: &str) -> Option<Bounds> {
        const MIN: &str = "min";
        const MAX: &str = "max";
        let group = self.list(ctxt, example)?;
        let parts = split_at_commas(ctxt, group.stream());
        if parts.iter().any(|part| !part.to_string().starts_with(|c: char| c.is_alphabetic() || c == '_')) {
            let numbers: Vec<_> = parts.iter().flat_map(range_ends).map(RawNumber::read).collect();
            let instead = match numbers.as_slice() {
                [Some(min), Some(max)] => {
                    let (min, max) = (min.to_token_stream(), max.to_token_stream());
                    format!("{}(min = {min}, max = {max})", self.name)
                }
                _ => example.to_owned(),
            };
            ctxt.error(group.stream(), format!("the bounds need names; write `{instead}`"));
            return None;
        }
        let (mut min, mut max) = (None, None);
        for bound in metas(ctxt, group.stream()) {
            let word = bound.word();
            let slot = match word.as_str() {
                MIN => &mut min,
                MAX => &mut max,
                _ => {
                    let known_as = format!("`{}` takes", self.name);
                    let message = suggest::unknown("bound", &word, &[MIN, MAX], &known_as);
                    ctxt.error(&bound.name, message);
                    continue;
                }
            };
            if slot.is_some() {
                ctxt.error(&bound.name, format!("`{word}` is given twice; remove one of them"));
                continue;
            }
            *slot = bound.number(ctxt, &format!("{word} = 1"));
        }
        if min.is_none() && max.is_none() {
            if group.stream().is_empty() {
                ctxt.error(self.span(), format!("`{}` needs a bound, as in `{example}`", self.name));
            }
            return None;
        }
        Some(Bounds { min, max })
    }
}

/// Returns both ends of a range such as `1..=5`, and other tokens unchanged.
fn range_ends(tokens: &TokenStream) -> Vec<TokenStream> {
    let is_dot = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if ".=".contains(p.as_char()));
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let parts = tokens.split(is_dot).map(|part| part.iter().cloned().collect());
    if tokens.iter().filter(|token| is_dot(token)).count() == 3 {
        parts.filter(|part: &TokenStream| !part.is_empty()).collect()
    } else {
        vec![tokens.iter().cloned().collect()]
    }
}

fn text(tokens: &TokenStream) -> Option<LitStr> {
    syn::parse2(tokens.clone()).ok().filter(|text: &LitStr| text.suffix().is_empty())
}

/// Parses each argument separately, so that an error in one does not hide the others.
pub(crate) fn metas(ctxt: &Ctxt, tokens: TokenStream) -> Vec<Meta> {
    let read = |tokens| Meta::parse.parse2(tokens).map_err(|error| ctxt.push(error)).ok();
    split_at_commas(ctxt, tokens).into_iter().filter_map(read).collect()
}

/// Splits a list at its commas. A trailing comma is valid.
fn split_at_commas(ctxt: &Ctxt, tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                if part.is_empty() {
                    ctxt.error(punct, "unexpected comma; remove it");
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
