//! Times to live as requests give them.

use crate::problem::Problem;
use kv_core::schema::json::parts;
use kv_core::schema::ttl::check;
use kv_core::{Exposed, SetOptions, Ttl, TtlChoice};
use std::time::Duration;

/// Reads `ttl_ms=` of a query.
pub(crate) fn of_query(text: &str) -> Result<TtlChoice, Problem> {
    match text {
        "none" => Ok(TtlChoice::Never),
        "keep" => Ok(TtlChoice::Keep),
        digits => of_digits(digits),
    }
}

/// Reads digits only: no sign, no space, no leading zero, as JSON writes whole numbers.
fn of_digits(digits: &str) -> Result<TtlChoice, Problem> {
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::invalid_ttl());
    }
    let ttl = Duration::from_millis(digits.parse().map_err(|_| Problem::invalid_ttl())?);
    check(ttl).map_err(|_| Problem::invalid_ttl())?;
    Ok(TtlChoice::Of(ttl))
}

/// Reads `ttl_ms` of an operation in a batch: a number, or a string with a word.
pub(crate) fn of_json(json: &str) -> Result<TtlChoice, Problem> {
    match parts::string(json).as_deref() {
        Ok(word @ ("none" | "keep")) => of_query(word),
        Ok(_) => Err(Problem::invalid_ttl()),
        Err(_) => of_digits(json),
    }
}

/// The one time to live that is given, in the query or beside the fields.
pub(crate) fn once(in_query: Option<TtlChoice>, beside: Option<Ttl>) -> Result<TtlChoice, Problem> {
    match (in_query, beside) {
        (Some(_), Some(_)) => Err(Problem::invalid_ttl()),
        (Some(choice), None) => Ok(choice),
        (None, Some(Ttl::In(ttl))) => Ok(TtlChoice::Of(ttl)),
        (None, Some(Ttl::Never)) => Ok(TtlChoice::Never),
        (None, None) => Ok(TtlChoice::OfType),
    }
}

/// Holds a client to the longest time to live of a type, which it gets where it names none and the type has none of its own.
pub(crate) fn bounded(choice: TtlChoice, ty: &Exposed) -> Result<TtlChoice, Problem> {
    let Some(max) = ty.max_ttl() else { return Ok(choice) };
    match choice {
        TtlChoice::OfType if ty.ttl().is_none() => Ok(TtlChoice::Of(max)),
        TtlChoice::Keep if ty.ttl().is_none() => Ok(TtlChoice::KeepOr(max)),
        TtlChoice::Of(ttl) | TtlChoice::KeepOr(ttl) if ttl > max => Err(Problem::ttl_beyond(ty.tag(), max)),
        TtlChoice::Never => Err(Problem::ttl_beyond(ty.tag(), max)),
        within => Ok(within),
    }
}

/// What is asked for, as the store takes it.
pub(crate) fn options(choice: TtlChoice, condition: kv_core::Condition) -> SetOptions {
    SetOptions::new().with_ttl_choice(choice).with_condition(condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_live_is_whole_milliseconds_or_a_word() {
        assert_eq!(of_query("1").ok(), Some(TtlChoice::Of(Duration::from_millis(1))));
        assert_eq!(of_query("3153600000000").ok(), Some(TtlChoice::Of(kv_core::schema::ttl::MAX)));
        assert_eq!(of_query("none").ok(), Some(TtlChoice::Never));
        assert_eq!(of_query("keep").ok(), Some(TtlChoice::Keep));
        let bad = [
            "",
            "0",
            "00",
            "01",
            "-1",
            "+1",
            "1.5",
            "1e3",
            "1 ",
            "30s",
            "null",
            "None",
            "3153600000001",
            "18446744073709551616",
        ];
        for bad in bad {
            assert!(of_query(bad).is_err(), "{bad}");
        }
        assert_eq!(of_json("30000").ok(), Some(TtlChoice::Of(Duration::from_secs(30))));
        assert_eq!(of_json("\"none\"").ok(), Some(TtlChoice::Never));
        for bad in ["0", "-1", "1.5", "1e3", "1.0", "\"30\"", "null", "true", "[1]", "{}"] {
            assert!(of_json(bad).is_err(), "{bad}");
        }
    }
}
