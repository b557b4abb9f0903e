//! Decimal numbers of `rust_decimal`, which serde writes as text with all their digits.

use super::text::{texts, write};
use crate::rule::{Number, Range, Ranged};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

texts! {
    "rust_decimal":
    Decimal: "decimal", |it| *it, written_as_number;
}

/// Returns a message if serde writes decimals as floats. Any crate of a program can cause this by
/// activating the feature `serde-float`. A crate cannot query the features of another one, so this
/// function checks how 1.0 is written.
fn written_as_number(_: &Decimal) -> Option<&'static str> {
    struct One;
    impl fmt::Display for One {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            // A text is "1.0", a float is "1", and an error means a number of arbitrary precision.
            if write(&Decimal::new(10, 1), f).is_err() { f.write_str("number") } else { Ok(()) }
        }
    }
    static IS_TEXT: LazyLock<bool> = LazyLock::new(|| One.to_string() == "1.0");
    (!*IS_TEXT).then_some("must be written as text, without the feature `serde-float` of rust_decimal")
}

impl Ranged for Decimal {
    fn is_within(&self, range: &Range) -> bool {
        range.holds(|bound| Some(compare(self, bound)))
    }
}

/// Compares a value with a bound. A bound outside the range of `Decimal` is greater or less than
/// all values.
fn compare(value: &Decimal, bound: Number) -> Ordering {
    let (exact, negative) = match bound {
        Number::Int(n) => (Decimal::try_from_i128_with_scale(n, 0).ok(), n < 0),
        // Through its text, so that 0.1 is exactly a tenth.
        Number::Float(n) => (n.to_string().parse().ok(), n < 0.0),
    };
    match exact {
        Some(bound) => value.cmp(&bound),
        None if negative => Ordering::Greater,
        None => Ordering::Less,
    }
}
