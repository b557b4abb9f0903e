//! `range`.

use crate::check::{Param, Validator};
use std::cmp::Ordering;
use std::cmp::Reverse;
use std::fmt;
use std::num::{NonZero, Wrapping};
use std::rc::Rc;
use std::sync::Arc;

/// `range(min, max)`: a number within bounds, which are included. NaN is outside every range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least value, if any.
    pub min: Option<Number>,
    /// The greatest value, if any.
    pub max: Option<Number>,
}

impl Range {
    /// The rule's name.
    pub const NAME: &'static str = "range";

    /// Reports a violation if the value is out of bounds.
    pub fn check<T: Ranged>(&self, value: &T, v: &mut Validator<'_>) {
        if !value.is_within(self) {
            v.report_with(Self::NAME, || (self.params(), self.sentence()));
        }
    }

    /// Returns whether a value is within both bounds. `compare` compares the value with a bound,
    /// and returns `None` if they are not comparable.
    pub(crate) fn holds(&self, compare: impl Fn(Number) -> Option<Ordering>) -> bool {
        self.min.is_none_or(|min| compare(min).is_some_and(Ordering::is_ge))
            && self.max.is_none_or(|max| compare(max).is_some_and(Ordering::is_le))
    }

    /// Returns the message: `must be from 0 to 100`.
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

/// A bound of a range, as written in the attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
}

impl Number {
    /// Returns the nearest `f64`.
    #[expect(clippy::cast_precision_loss, reason = "a comparison with floats needs the nearest float")]
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
            // Like JavaScript, so that Rust and Elm report the same message.
            // Source: ECMA-262, Number::toString: an exponent from 1e21, and below 1e-6.
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
    /// Returns whether the value is within the range. An `Option` that is `None` always is.
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
    /// Rounds the bounds to `f32` like the value, so that `0.1` satisfies `max = 0.1`.
    #[expect(clippy::cast_possible_truncation, reason = "the bound must be rounded like the value")]
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
    fn bounds_are_compared_in_the_precision_of_the_float() {
        assert_eq!(verdict(None, TENTH, &0.1f32), None);
        assert_eq!(verdict(None, TENTH, &0.1f64), None);
        assert_eq!(verdict(None, TENTH, &0.11f32).as_deref(), Some("must be at most 0.1"));
        assert_eq!(verdict(ZERO, None, &-0.0f64), None);
        assert!(verdict(ZERO, None, &f64::NAN).is_some());
        assert!(verdict(None, TENTH, &f32::INFINITY).is_some());
    }

    #[test]
    fn numbers_are_formatted_as_in_javascript() {
        let written = [1.0, 0.1, -2.5, 1e20, 1e21, 1.5e300, 1e-6, 1e-7].map(|n| Number::Float(n).to_string());
        assert_eq!(
            written,
            ["1", "0.1", "-2.5", "100000000000000000000", "1e+21", "1.5e+300", "0.000001", "1e-7"]
        );
    }

    #[test]
    fn none_breaks_no_rule() {
        assert_eq!(verdict(ZERO, None, &None::<i32>), None);
        assert!(verdict(ZERO, None, &Some(-1)).is_some());
    }
}
