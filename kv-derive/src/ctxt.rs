//! Collects the errors of all stages, so that one compile reports them all.

use proc_macro2::Span;
use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;
use syn::Attribute;

/// The error of a stage. Its message is in the [`Ctxt`].
#[derive(Clone, Copy)]
pub(crate) struct Reported;

/// The errors found so far. Dropping it before [`finish`](Self::finish) panics, because that would
/// lose them.
pub(crate) struct Ctxt {
    errors: RefCell<Vec<syn::Error>>,
    finished: bool,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Vec::new()), finished: false }
    }

    /// Reports an error at tokens.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) -> Reported {
        self.push(syn::Error::new_spanned(tokens, message))
    }

    /// Reports an error at a position.
    pub(crate) fn error_at(&self, span: Span, message: impl Display) -> Reported {
        self.push(syn::Error::new(span, message))
    }

    /// Reports an error of syn. A second error with the same text and position is ignored.
    pub(crate) fn push(&self, error: syn::Error) -> Reported {
        let mut errors = self.errors.borrow_mut();
        let at = position(error.span());
        if !errors.iter().any(|e| position(e.span()) == at && e.to_string() == error.to_string()) {
            errors.push(error);
        }
        Reported
    }

    /// Whether an error was reported within an attribute.
    pub(crate) fn is_faulty(&self, attr: &Attribute) -> bool {
        let range = position(attr.pound_token.span)..=position(attr.bracket_token.span.close());
        self.errors.borrow().iter().any(|error| range.contains(&position(error.span())))
    }

    /// Returns the result, or all errors in source order.
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
        assert!(self.finished || std::thread::panicking(), "the errors of a derive were not reported");
    }
}

/// Returns all values. Evaluates every result first, so that all errors are reported.
pub(crate) fn all<T>(results: impl Iterator<Item = Result<T, Reported>>) -> Result<Vec<T>, Reported> {
    results.collect::<Vec<_>>().into_iter().collect()
}

/// Returns the line and column of a span.
fn position(span: Span) -> (usize, usize) {
    // Unit tests run without a compiler, where spans have no position.
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}
