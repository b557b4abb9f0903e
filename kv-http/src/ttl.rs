//! TTLs in requests.

use crate::problem::Problem;
use kv_core::schema::json::parts;
use kv_core::schema::ttl::check;
use kv_core::{Exposed, Ttl, TtlChoice};
use std::time::Duration;

/// Parses `ttl_ms=` of a query.
pub(crate) fn from_query(text: &str) -> Result<TtlChoice, Problem> {
    match text {
        "none" => Ok(TtlChoice::Never),
        "keep" => Ok(TtlChoice::Keep),
        digits => from_digits(digits),
    }
}

/// Parses a whole number as JSON writes it: no sign, no space, no leading zero.
fn from_digits(digits: &str) -> Result<TtlChoice, Problem> {
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::invalid_ttl());
    }
    let ttl = Duration::from_millis(digits.parse().map_err(|_| Problem::invalid_ttl())?);
    check(ttl).map_err(|_| Problem::invalid_ttl())?;
    Ok(TtlChoice::Of(ttl))
}

/// Parses `ttl_ms` of an operation in a batch: a number, `"none"` or `"keep"`.
pub(crate) fn from_json(json: &str) -> Result<TtlChoice, Problem> {
    match parts::string(json).as_deref() {
        Ok(word @ ("none" | "keep")) => from_query(word),
        Ok(_) => Err(Problem::invalid_ttl()),
        Err(_) => from_digits(json),
    }
}

/// Returns the TTL of a write, which is either in the query or in the body, as the member `ttl`.
pub(crate) fn choose(in_query: Option<TtlChoice>, in_body: Option<Ttl>) -> Result<TtlChoice, Problem> {
    match (in_query, in_body) {
        (Some(_), Some(_)) => Err(Problem::invalid_ttl()),
        (Some(choice), None) => Ok(choice),
        (None, Some(Ttl::In(ttl))) => Ok(TtlChoice::Of(ttl)),
        (None, Some(Ttl::Never)) => Ok(TtlChoice::Never),
        (None, None) => Ok(TtlChoice::OfType),
    }
}

/// Applies the maximum TTL of a type. It is also the default of a type without a TTL.
pub(crate) fn apply_max(choice: TtlChoice, ty: &Exposed) -> Result<TtlChoice, Problem> {
    let Some(max) = ty.max_ttl() else { return Ok(choice) };
    match choice {
        TtlChoice::OfType if ty.ttl().is_none() => Ok(TtlChoice::Of(max)),
        TtlChoice::Keep if ty.ttl().is_none() => Ok(TtlChoice::KeepOr(max)),
        TtlChoice::Of(ttl) | TtlChoice::KeepOr(ttl) if ttl > max => Err(Problem::ttl_too_long(ty.tag(), max)),
        TtlChoice::Never => Err(Problem::ttl_too_long(ty.tag(), max)),
        choice => Ok(choice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ttl_is_whole_milliseconds_none_or_keep() {
        assert_eq!(from_query("1").ok(), Some(TtlChoice::Of(Duration::from_millis(1))));
        assert_eq!(from_query("3153600000000").ok(), Some(TtlChoice::Of(kv_core::schema::ttl::MAX)));
        assert_eq!(from_query("none").ok(), Some(TtlChoice::Never));
        assert_eq!(from_query("keep").ok(), Some(TtlChoice::Keep));
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
            assert!(from_query(bad).is_err(), "{bad}");
        }
        assert_eq!(from_json("30000").ok(), Some(TtlChoice::Of(Duration::from_secs(30))));
        assert_eq!(from_json("\"none\"").ok(), Some(TtlChoice::Never));
        for bad in ["0", "-1", "1.5", "1e3", "1.0", "\"30\"", "null", "true", "[1]", "{}"] {
            assert!(from_json(bad).is_err(), "{bad}");
        }
    }
}
