//! `js_safe`, `any_int` and `any_float`: numbers that JavaScript or JSON cannot represent.

use super::{Number, Range, Ranged};
use crate::check::Validator;
use std::cmp::Reverse;
use std::num::{NonZero, Wrapping};
use std::rc::Rc;
use std::sync::Arc;

/// The greatest integer up to which JavaScript represents every integer exactly, 2^53 − 1. Source:
/// ECMA-262, `Number.MAX_SAFE_INTEGER`.
pub const MAX_SAFE_INTEGER: i128 = (1 << 53) - 1;

/// `js_safe`: an integer that JavaScript represents exactly. Every write checks it; without the
/// rule, only values from clients are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsSafe;

impl JsSafe {
    /// The rule's name.
    pub const NAME: &'static str = "js_safe";

    /// The integers from −(2^53 − 1) to 2^53 − 1.
    pub const RANGE: Range =
        Range { min: Some(Number::Int(-MAX_SAFE_INTEGER)), max: Some(Number::Int(MAX_SAFE_INTEGER)) };

    /// Reports a violation if JavaScript would round the value.
    pub fn check<T: Whole>(&self, value: &T, v: &mut Validator<'_>) {
        if !value.is_within(&Self::RANGE) {
            v.report_with(Self::NAME, || (Self::RANGE.params(), Self::RANGE.sentence()));
        }
    }
}

/// `any_int`: clients may send and read every integer of the type, also those that JavaScript would
/// round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyInt;

impl AnyInt {
    /// The rule's name.
    pub const NAME: &'static str = "any_int";

    /// Does nothing, because every integer is allowed in process.
    pub fn check<T: Whole>(&self, _: &T, _: &mut Validator<'_>) {}
}

/// `any_float`: allows NaN and infinity, although JSON writes them as `null`, which is not read as
/// a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyFloat;

impl AnyFloat {
    /// The rule's name.
    pub const NAME: &'static str = "any_float";

    /// Does nothing, because [`lift`](Self::lift) implements the rule.
    pub fn check<T: Fraction>(&self, _: &T, _: &mut Validator<'_>) {}

    /// Returns a validator that allows NaN and infinity in the field and in its items.
    pub fn lift<'a>(v: &'a mut Validator<'_>) -> Validator<'a> {
        v.any_float()
    }
}

/// A type that `js_safe` and `any_int` apply to: integers.
#[diagnostic::on_unimplemented(
    message = "the rules `js_safe` and `any_int` do not apply to `{Self}`",
    label = "not an integer",
    note = "they are for integers, and for an `Option` of one; for the items of a collection, `each(js_safe)`"
)]
pub trait Whole: Ranged {}

/// A type that `any_float` applies to: `f32` and `f64`.
#[diagnostic::on_unimplemented(
    message = "the rule `any_float` does not apply to `{Self}`",
    label = "not a float",
    note = "it is for `f32` and `f64`, and for an `Option` of one; for the items of a collection, `each(any_float)`"
)]
pub trait Fraction {}

macro_rules! mark {
    ($mark:ident: $($ty:ty),*) => { $(impl $mark for $ty {})* };
}

mark!(Whole: i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);
mark!(Whole: NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize>);
mark!(Whole: NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize>);
mark!(Fraction: f32, f64);

macro_rules! through {
    ($($pointer:ident),*) => {$(
        impl<T: Whole> Whole for $pointer<T> {}
        impl<T: Fraction> Fraction for $pointer<T> {}
    )*};
}

through!(Option, Box, Rc, Arc, Wrapping, Reverse);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KvField;
    use crate::check::ValidationErrors;
    use std::collections::HashMap;

    #[test]
    fn js_safe_refuses_integers_that_javascript_rounds() {
        let verdict = |value: Option<i64>| ValidationErrors::collect(|v| JsSafe.check(&value, v));
        for safe in [None, Some(0), Some((1 << 53) - 1), Some(1 - (1 << 53))] {
            assert!(verdict(safe).is_ok());
        }
        for unsafe_ in [1 << 53, -(1 << 53), i64::MAX, i64::MIN] {
            let report = verdict(Some(unsafe_)).unwrap_err();
            assert_eq!(report.violations()[0].rule, "js_safe");
            assert_eq!(report.to_string(), "the value must be from -9007199254740991 to 9007199254740991");
        }
    }

    #[test]
    fn any_float_applies_to_items_too() {
        let nan = HashMap::from([(1, vec![Some(f32::NAN)])]);
        assert!(ValidationErrors::collect(|v| nan.check(v)).is_err());
        assert!(ValidationErrors::collect(|v| nan.check(&mut AnyFloat::lift(v))).is_ok());
    }
}
