//! Where the stages leave their errors, so that one compile shows them all.

use proc_macro2::Span;
use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;
use syn::Attribute;

/// What a stage returns in place of a result: the reason is in the [`Ctxt`].
#[derive(Clone, Copy)]
pub(crate) struct Reported;

/// The errors found so far. It must be [finished](Self::finish): dropped unread, it would hide them.
pub(crate) struct Ctxt {
    errors: RefCell<Vec<syn::Error>>,
    finished: bool,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Vec::new()), finished: false }
    }

    /// Reports a problem under the given tokens.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) -> Reported {
        self.push(syn::Error::new_spanned(tokens, message))
    }

    /// Reports a problem at a place.
    pub(crate) fn error_at(&self, span: Span, message: impl Display) -> Reported {
        self.push(syn::Error::new(span, message))
    }

    /// Takes over an error of syn's; one that was reported already, at the same place, is dropped.
    pub(crate) fn push(&self, error: syn::Error) -> Reported {
        let mut errors = self.errors.borrow_mut();
        let place = position(error.span());
        if !errors.iter().any(|e| position(e.span()) == place && e.to_string() == error.to_string()) {
            errors.push(error);
        }
        Reported
    }

    /// Whether a problem was reported within an attribute.
    pub(crate) fn is_faulty(&self, attr: &Attribute) -> bool {
        let places = position(attr.pound_token.span)..=position(attr.bracket_token.span.close());
        self.errors.borrow().iter().any(|error| places.contains(&position(error.span())))
    }

    /// The result, or all errors in the order of the source.
    pub(crate) fn finish<T>(mut self, result: Result<T, Reported>) -> Result<T, Vec<syn::Error>> {
        self.finished = true;
        let mut errors = self.errors.take();
        if let (Ok(result), true) = (result, errors.is_empty()) {
            return Ok(result);
        }
        errors.sort_by_key(|error| position(error.span()));
        Err(errors)
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        assert!(self.finished || std::thread::panicking(), "errors of a derive were not read");
    }
}

/// Line and column of a place in the source.
fn position(span: Span) -> (usize, usize) {
    // In tests there is no compiler, and no place.
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}
