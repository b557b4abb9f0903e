//! `range`.

use crate::check::{Param, Validator};
use std::cmp::Ordering;
use std::cmp::Reverse;
use std::fmt;
use std::num::{NonZero, Wrapping};
use std::rc::Rc;
use std::sync::Arc;

/// `range(min, max)`: how small and how large a number may be, bounds included. NaN is in no range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least value, if one is asked.
    pub min: Option<Number>,
    /// The greatest value, if one is asked.
    pub max: Option<Number>,
}

impl Range {
    /// The rule's name.
    pub const NAME: &'static str = "range";

    /// Reports the value when it is out of bounds.
    pub fn check<T: Ranged>(&self, value: &T, v: &mut Validator<'_>) {
        if !value.is_within(self) {
            v.report_with(Self::NAME, || (self.params(), self.sentence()));
        }
    }

    /// Whether both bounds hold for a value that compares to them like this; `None` when it cannot be
    /// compared.
    pub(crate) fn holds(&self, compare: impl Fn(Number) -> Option<Ordering>) -> bool {
        self.min.is_none_or(|min| compare(min).is_some_and(Ordering::is_ge))
            && self.max.is_none_or(|max| compare(max).is_some_and(Ordering::is_le))
    }

    /// What is expected, for a person: `must be from 0 to 100`.
    pub fn sentence(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => format!("must be {min}"),
            (Some(min), Some(max)) => format!("must be from {min} to {max}"),
            (Some(min), None) => format!("must be at least {min}"),
            (None, Some(max)) => format!("must be at most {max}"),
            (None, None) => "may be any number".to_owned(),
        }
    }

    pub(super) fn params(&self) -> Vec<(&'static str, Param)> {
        let param = |name, bound: Option<Number>| {
            bound.map(|number| match number {
                Number::Int(n) => (name, Param::Int(n)),
                Number::Float(n) => (name, Param::Float(n)),
            })
        };
        param("min", self.min).into_iter().chain(param("max", self.max)).collect()
    }
}

/// A bound of a range, as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
}

impl Number {
    /// The nearest `f64`.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest float is what a comparison with floats wants"
    )]
    pub const fn to_f64(self) -> f64 {
        match self {
            Self::Int(n) => n as f64,
            Self::Float(n) => n,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => n.fmt(f),
            // As JavaScript writes numbers, so that the sentences of both sides are the same.
            // Source: ECMA-262, Number::toString: an exponent from 1e21 on, and below 1e-6.
            Self::Float(n) if n.abs() >= 1e21 || (*n != 0.0 && n.abs() < 1e-6) => {
                let text = format!("{n:e}");
                f.write_str(&if text.contains("e-") { text } else { text.replace('e', "e+") })
            }
            Self::Float(n) => n.fmt(f),
        }
    }
}

/// A type that `range` applies to: numbers.
#[diagnostic::on_unimplemented(
    message = "the rule `range` does not apply to `{Self}`",
    label = "not a number",
    note = "`range` is for integers and floats, and for an `Option` of one; put a newtype's rule on the field inside it"
)]
pub trait Ranged {
    /// Whether the value is within the range; always so for an `Option` that holds nothing.
    fn is_within(&self, range: &Range) -> bool;
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl Ranged for $ty {
            fn is_within(&self, range: &Range) -> bool {
                range.holds(|bound| match bound {
                    // Only a `u128` can fail to convert; it is then above every bound.
                    Number::Int(bound) => {
                        Some(i128::try_from(*self).map_or(Ordering::Greater, |value| value.cmp(&bound)))
                    }
                    #[allow(
                        clippy::cast_precision_loss,
                        clippy::cast_lossless,
                        reason = "an integer is compared to a bound with a fraction as a float"
                    )]
                    Number::Float(bound) => (*self as f64).partial_cmp(&bound),
                })
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl Ranged for f64 {
    fn is_within(&self, range: &Range) -> bool {
        range.holds(|bound| self.partial_cmp(&bound.to_f64()))
    }
}

impl Ranged for f32 {
    /// A bound is rounded as the value was, so that `0.1` fits `max = 0.1`.
    #[expect(clippy::cast_possible_truncation, reason = "the bound as an `f32` is the point")]
    fn is_within(&self, range: &Range) -> bool {
        range.holds(|bound| self.partial_cmp(&(bound.to_f64() as Self)))
    }
}

impl<T: Ranged> Ranged for Option<T> {
    fn is_within(&self, range: &Range) -> bool {
        self.as_ref().is_none_or(|value| value.is_within(range))
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        impl<T: Ranged> Ranged for $pointer<T> {
            fn is_within(&self, range: &Range) -> bool {
                (**self).is_within(range)
            }
        }
    )*};
}

pointers!(Box, Rc, Arc);

macro_rules! wrappers {
    ($($wrapper:ident),*) => {$(
        impl<T: Ranged> Ranged for $wrapper<T> {
            fn is_within(&self, range: &Range) -> bool {
                self.0.is_within(range)
            }
        }
    )*};
}

wrappers!(Wrapping, Reverse);

macro_rules! non_zero {
    ($($ty:ty),*) => {$(
        impl Ranged for NonZero<$ty> {
            fn is_within(&self, range: &Range) -> bool {
                self.get().is_within(range)
            }
        }
    )*};
}

non_zero!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    fn verdict<T: Ranged>(min: Option<Number>, max: Option<Number>, value: &T) -> Option<String> {
        let report = ValidationErrors::collect(|v| Range { min, max }.check(value, v));
        report.err().map(|errors| errors.violations()[0].message.clone())
    }

    const ZERO: Option<Number> = Some(Number::Int(0));
    const TENTH: Option<Number> = Some(Number::Float(0.1));

    #[test]
    fn bounds_are_included() {
        assert_eq!(verdict(ZERO, Some(Number::Int(9)), &0u8), None);
        assert_eq!(verdict(ZERO, Some(Number::Int(9)), &9i64), None);
        assert_eq!(verdict(ZERO, Some(Number::Int(9)), &10u8).as_deref(), Some("must be from 0 to 9"));
        assert_eq!(verdict(ZERO, None, &-1isize).as_deref(), Some("must be at least 0"));
        assert_eq!(verdict(None, ZERO, &u128::MAX).as_deref(), Some("must be at most 0"));
        assert_eq!(verdict(ZERO, None, &u128::MAX), None);
    }

    #[test]
    fn floats_are_compared_as_they_are_stored() {
        assert_eq!(verdict(None, TENTH, &0.1f32), None);
        assert_eq!(verdict(None, TENTH, &0.1f64), None);
        assert_eq!(verdict(None, TENTH, &0.11f32).as_deref(), Some("must be at most 0.1"));
        assert_eq!(verdict(ZERO, None, &-0.0f64), None);
        assert!(verdict(ZERO, None, &f64::NAN).is_some());
        assert!(verdict(None, TENTH, &f32::INFINITY).is_some());
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let written = [1.0, 0.1, -2.5, 1e20, 1e21, 1.5e300, 1e-6, 1e-7].map(|n| Number::Float(n).to_string());
        assert_eq!(
            written,
            ["1", "0.1", "-2.5", "100000000000000000000", "1e+21", "1.5e+300", "0.000001", "1e-7"]
        );
    }

    #[test]
    fn nothing_breaks_no_rule() {
        assert_eq!(verdict(ZERO, None, &None::<i32>), None);
        assert!(verdict(ZERO, None, &Some(-1)).is_some());
    }
}
