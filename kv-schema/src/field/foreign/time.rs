//! Dates and times of `time`, as texts of its feature `serde-human-readable`, which the feature
//! `time` of this crate activates. serde also reads other forms there, such as lists of numbers.

use super::text::{text_keys, texts};
use crate::check::Validator;
use crate::field::{KvField, schema};
use crate::ty::{Enum, Fields, Shape, Tagging, TypeSchema, Variant};
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset, Weekday};

// Only the text of a date has a name in JSON Schema: RFC 3339 requires a `T` between date and time.
texts! {
    "time":
    Date: "date", |it| *it;
    Time: "time-of-day", |it| *it;
    PrimitiveDateTime: "date-and-time", |it| *it;
    UtcDateTime: "date-and-time", |it| *it;
    OffsetDateTime: "date-time-and-offset", |it| *it;
    UtcOffset: "utc-offset", |it| *it;
    Duration: "seconds", |it| *it;
}

/// Implements `KvField` and `MapKey` for enums of unit variants, which serde writes by name.
macro_rules! enums {
    ($($ty:ident: $($variant:ident)*, |$it:ident| $order:expr);* $(;)?) => {$(
        impl KvField for $ty {
            fn schema() -> &'static TypeSchema {
                schema!(
                    "time",
                    stringify!($ty),
                    [],
                    Shape::Enum(Enum {
                        tagging: Tagging::External,
                        variants: &[$(Variant::new(stringify!($variant), Fields::Unit)),*],
                    })
                )
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                0
            }
        }

        text_keys!($ty, |$it| $order);
    )*};
}

enums! {
    Weekday: Monday Tuesday Wednesday Thursday Friday Saturday Sunday, |it| it.number_from_monday();
    Month: January February March April May June July August September October November December,
        |it| u8::from(*it);
}
