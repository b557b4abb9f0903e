//! `validate = "path"` on a type: a function that checks the whole value.

use crate::check::{Param, ValidationErrors, Validator};
use std::fmt;

/// The rule's name, with which the function's message is reported.
pub const VALIDATE: &str = "validate";

/// The result of the function of `validate = "path"`. The function takes a reference to the value
/// and returns `Result<(), E>`:
///
/// - If `E` is [`ValidationErrors`], its violations are reported at their places in the value.
/// - For any other `E: Display`, the message is reported at the value itself. It continues "the
///   value …".
///
/// Generated code calls `__kv_report` on a reference, so that method resolution selects the most
/// specific of the three traits.
#[derive(Debug)]
pub struct Verdict<E>(Result<(), E>);

impl<E: fmt::Display> Verdict<E> {
    /// Wraps the result of the function.
    pub const fn new(result: Result<(), E>) -> Self {
        Self(result)
    }
}

#[doc(hidden)]
pub trait ReportPlaces {
    fn __kv_report(&self, name: &'static str, v: &mut Validator<'_>);
}

impl ReportPlaces for Verdict<ValidationErrors> {
    fn __kv_report(&self, _: &'static str, v: &mut Validator<'_>) {
        if let Err(errors) = &self.0 {
            v.extend(errors);
        }
    }
}

#[doc(hidden)]
pub trait ReportMessage {
    fn __kv_report(&self, name: &'static str, v: &mut Validator<'_>);
}

impl<E: fmt::Display> ReportMessage for &Verdict<E> {
    fn __kv_report(&self, name: &'static str, v: &mut Validator<'_>) {
        if let Err(message) = &self.0 {
            v.report(VALIDATE, &[("name", Param::Text(name))], message);
        }
    }
}

/// Applies if `E` does not implement `Display`, so that the compiler reports this mistake only
/// once.
#[doc(hidden)]
pub trait ReportNothing: Sized {
    fn __kv_report(self, _: &'static str, _: &mut Validator<'_>) {}
}

impl<E> ReportNothing for Verdict<E> {}
