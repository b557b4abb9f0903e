//! The grammar and the limits of a time to live (TTL).

use std::fmt;
use std::time::Duration;

/// The longest time to live: 100 years of 365 days.
pub const MAX: Duration = Duration::from_hours(100 * 365 * 24);

/// The time to live of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// The entry expires after this duration.
    In(Duration),
    /// The entry never expires.
    Never,
}

/// The longest time to live that a client may give to entries of a type. It does not limit writes
/// in process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaxTtl {
    /// The limit of the catalog that exposes the type, if the catalog has one.
    #[default]
    OfCatalog,
    /// No limit, even if the catalog has one: clients may write entries that never expire.
    Unbounded,
    /// This limit. It is also the time to live of a write without one, unless the type has a
    /// default.
    Of(Duration),
}

/// Checks that a duration can be a time to live: more than zero, at most [`MAX`].
///
/// # Errors
///
/// Returns [`TtlError::Zero`] or [`TtlError::TooLong`].
///
/// ```
/// use kv_schema::ttl::{self, TtlError};
/// use std::time::Duration;
///
/// assert_eq!(ttl::check(Duration::from_millis(1)), Ok(()));
/// assert_eq!(ttl::check(Duration::ZERO), Err(TtlError::Zero));
/// assert_eq!(ttl::check(Duration::MAX), Err(TtlError::TooLong));
/// ```
pub const fn check(ttl: Duration) -> Result<(), TtlError> {
    if ttl.is_zero() {
        return Err(TtlError::Zero);
    }
    // `Duration` has no const comparison.
    if ttl.as_nanos() > MAX.as_nanos() {
        return Err(TtlError::TooLong);
    }
    Ok(())
}

/// Parses a time to live as written in an attribute: a whole number and one of `ms`, `s`, `m`, `h`,
/// `d`.
///
/// # Errors
///
/// Returns [`TtlError`] if the text is not a time to live.
///
/// ```
/// use kv_schema::ttl::{self, TtlError};
/// use std::time::Duration;
///
/// assert_eq!(ttl::parse("30s"), Ok(Duration::from_secs(30)));
/// assert_eq!(ttl::parse("2 hours"), Err(TtlError::Form));
/// ```
pub fn parse(text: &str) -> Result<Duration, TtlError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let in_millis: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 60 * 60 * 1_000,
        "d" => 24 * 60 * 60 * 1_000,
        _ => return Err(TtlError::Form),
    };
    if number.is_empty() {
        return Err(TtlError::Form);
    }
    // `number` consists of digits, so parsing fails only if it is too large for a `u64`.
    let number: u64 = number.parse().map_err(|_| TtlError::TooLong)?;
    let ttl = Duration::from_millis(number.checked_mul(in_millis).ok_or(TtlError::TooLong)?);
    check(ttl).map(|()| ttl)
}

/// The error for a text or a duration that is not a time to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TtlError {
    /// The text is not a whole number followed by a unit.
    Form,
    /// The duration is zero, so that an entry would expire before it could be read.
    Zero,
    /// The duration is longer than [`MAX`].
    TooLong,
}

impl fmt::Display for TtlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => {
                "a time to live is a whole number and a unit: `ms`, `s`, `m`, `h` or `d`, as in \"30s\""
            }
            Self::Zero => "a time to live must be longer than zero",
            Self::TooLong => "a time to live can be at most 100 years (36500d)",
        })
    }
}

impl std::error::Error for TtlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_units_are_parsed_and_the_limits_are_checked() {
        assert_eq!(parse("1ms"), Ok(Duration::from_millis(1)));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(parse("2h"), Ok(Duration::from_hours(2)));
        assert_eq!(parse("36500d"), Ok(MAX));
        for bad in ["", "s", "30", "30 s", "-1s", "+1s", "1.5s", "30S", "30sec", "1s ", "٣s"] {
            assert_eq!(parse(bad), Err(TtlError::Form), "{bad:?}");
        }
        assert_eq!(parse("0s"), Err(TtlError::Zero));
        for long in ["36501d", "18446744073709551615d", "99999999999999999999ms"] {
            assert_eq!(parse(long), Err(TtlError::TooLong), "{long}");
        }
        assert_eq!(check(MAX + Duration::from_nanos(1)), Err(TtlError::TooLong));
        assert_eq!(check(Duration::from_nanos(1)), Ok(()));
    }
}
