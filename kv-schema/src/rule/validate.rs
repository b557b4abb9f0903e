//! `validate = "path"` on a type: a function about the whole value.

use crate::check::{Param, ValidationErrors, Validator};
use std::fmt;

/// The name of the rule that the function's own message is reported under.
pub const VALIDATE: &str = "validate";

/// What the function of `validate = "path"` said. It takes a reference to the value and returns `Result<(), E>`:
///
/// - with [`ValidationErrors`] as `E`, their places are within the value;
/// - with any other `E: Display`, its message continues "the value …", and is reported at the value itself.
///
/// Generated code asks it by reference, where the most particular of three methods answers.
#[derive(Debug)]
pub struct Verdict<E>(Result<(), E>);

impl<E: fmt::Display> Verdict<E> {
    /// Takes what the function returned.
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

/// Answers where neither of the others can, so that an error that cannot be written is one mistake and not two.
#[doc(hidden)]
pub trait ReportNothing: Sized {
    fn __kv_report(self, _: &'static str, _: &mut Validator<'_>) {}
}

impl<E> ReportNothing for Verdict<E> {}
