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

// The format of a `NaiveTime` is not JSON Schema's `time`, which has an offset. Weekdays and months
// are not enums, because chrono reads several spellings of them.
texts! {
    "chrono":
    NaiveDate: "date", |it| *it;
    NaiveTime: "local-time", |it| *it, stray_leap_second;
    NaiveDateTime: "local-date-time", |it| *it, stray_leap_second;
    Weekday: "weekday", |it| it.number_from_monday();
    Month: "month", |it| *it;
}

/// serde writes every time zone and reads `Utc`, `FixedOffset` and `Local`. The bound covers these
/// without naming `Local`, which needs a feature of chrono that this crate does not activate.
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
            None => Some("must be a date that chrono can represent at its own offset"),
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
            // serde would panic. The same instant in UTC can be written.
            None => write(&self.to_utc(), f),
        }
    }

    fn cmp_key(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// Returns a message if the time has a leap second that is not in second 59: serde writes it as the
/// second after.
fn stray_leap_second(time: &impl Timelike) -> Option<&'static str> {
    const SECOND: u32 = 1_000_000_000;
    (time.nanosecond() >= SECOND && time.second() != 59).then_some("must have a leap second only after :59")
}

/// serde writes seconds and the nanoseconds to add to them, also for negative values.
impl KvField for TimeDelta {
    fn schema() -> &'static TypeSchema {
        /// Source: `TimeDelta::MAX`, `i64::MAX` milliseconds. serde checks fractions of the last
        /// second.
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
