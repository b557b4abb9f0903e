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

/// With `serde-float`, which any crate of a program can activate for all, serde writes the nearest float instead, as a
/// number. Cargo does not tell; what becomes of 1.0 does.
fn written_as_number(_: &Decimal) -> Option<&'static str> {
    struct One;
    impl fmt::Display for One {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            // A text keeps the zero; a float loses it, and a number of any length is no text.
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

/// A bound that no `Decimal` reaches is beyond them all.
fn compare(value: &Decimal, bound: Number) -> Ordering {
    let (exact, negative) = match bound {
        Number::Int(n) => (Decimal::try_from_i128_with_scale(n, 0).ok(), n < 0),
        // As it was written: 0.1 is a tenth.
        Number::Float(n) => (n.to_string().parse().ok(), n < 0.0),
    };
    match exact {
        Some(bound) => value.cmp(&bound),
        None if negative => Ordering::Greater,
        None => Ordering::Less,
    }
}
