//! Dates and times of `chrono`.

use super::text::{format, texts, write};
use crate::check::Validator;
use crate::field::{KvField, MapKey, schema};
use crate::rule::{Number, Range, Rule, TYPE};
use crate::ty::{Field, Fields, Shape, TypeRef, TypeSchema};
use chrono::{
    DateTime, Month, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone, Timelike, Weekday,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cmp::Ordering;
use std::fmt;

// JSON Schema's `time` has an offset, so that of a `NaiveTime` is none. Weekdays and months are read in several
// spellings, so they are no enums.
texts! {
    "chrono":
    NaiveDate: "date", |it| *it;
    NaiveTime: "local-time", |it| *it, stray_leap_second;
    NaiveDateTime: "local-date-time", |it| *it, stray_leap_second;
    Weekday: "weekday", |it| it.number_from_monday();
    Month: "month", |it| *it;
}

/// Serde writes every time zone alike and reads `Utc`, `FixedOffset` and `Local`. The bound says so without naming `Local`,
/// for which chrono wants a feature that is not ours to activate.
impl<Tz: TimeZone + 'static> KvField for DateTime<Tz>
where
    Self: DeserializeOwned,
{
    fn schema() -> &'static TypeSchema {
        schema!("chrono", "DateTime", [], Shape::Formatted(format::<Self>("date-time")))
    }

    fn check(&self, v: &mut Validator<'_>) {
        let offset = self.offset().fix();
        let expected = match self.naive_utc().checked_add_offset(offset) {
            None => Some("must be within the years of chrono at its own offset"),
            Some(_) if offset.local_minus_utc() % 60 != 0 => Some("must have an offset of whole minutes"),
            Some(local) => stray_leap_second(&local),
        };
        if let Some(expected) = expected {
            v.report(TYPE, &[], expected);
        }
    }

    fn heap_size(&self) -> usize {
        0
    }
}

impl<Tz: TimeZone + 'static> MapKey for DateTime<Tz>
where
    Self: Serialize,
{
    type Ref = Self;

    fn write_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.naive_utc().checked_add_offset(self.offset().fix()) {
            Some(_) => write(self, f),
            // What serde would panic on is reported at the same moment in UTC.
            None => write(&self.to_utc(), f),
        }
    }

    fn cmp_key(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// Serde writes a leap second as second 60 of its minute, and another second as the one that follows it.
fn stray_leap_second(time: &impl Timelike) -> Option<&'static str> {
    const SECOND: u32 = 1_000_000_000;
    (time.nanosecond() >= SECOND && time.second() != 59).then_some("must have a leap second after :59 alone")
}

/// Serde writes it as seconds and the nanoseconds that follow them, also before zero.
impl KvField for TimeDelta {
    fn schema() -> &'static TypeSchema {
        /// Source: `TimeDelta::MAX`, `i64::MAX` milliseconds. Fractions of the last second are left to serde.
        const SECONDS: &[Rule] =
            &[range(-(i64::MAX as i128).div_euclid(1000) - 1, (i64::MAX as i128).div_euclid(1000))];
        const NANOS: &[Rule] = &[range(0, 999_999_999)];
        schema!(
            "chrono",
            "TimeDelta",
            [],
            Shape::Struct(Fields::Tuple(
                const {
                    &[
                        Field { rules: SECONDS, ..Field::new("0", TypeRef::of::<i64>()) },
                        Field { rules: NANOS, ..Field::new("1", TypeRef::of::<i32>()) },
                    ]
                }
            ))
        )
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}

const fn range(min: i128, max: i128) -> Rule {
    Rule::Range(Range { min: Some(Number::Int(min)), max: Some(Number::Int(max)) })
}
