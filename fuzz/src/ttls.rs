//! Exactly the texts of the grammar are TTLs, with the right duration.

use kv_core::schema::ttl::{MAX, TtlError, check, parse};
use std::time::Duration;

pub(crate) fn run(text: &str) {
    let ttl = parse(text);
    assert_eq!(ttl, naive(text), "{text:?}");
    if let Ok(ttl) = ttl {
        assert_eq!(check(ttl), Ok(()));
        assert_eq!(parse(&format!("{}ms", ttl.as_millis())), Ok(ttl));
    }
}

const UNITS: [(&str, u128); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

fn naive(text: &str) -> Result<Duration, TtlError> {
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
    let read = |(unit, millis)| Some((text.strip_suffix(unit).filter(|number| is_number(number))?, millis));
    let (number, millis): (&str, u128) = UNITS.into_iter().find_map(read).ok_or(TtlError::Form)?;
    // Larger numbers are as invalid as 2^64.
    let number = number.bytes().fold(0, |n: u128, digit| (n * 10 + u128::from(digit - b'0')).min(1 << 64));
    match number * millis {
        0 => Err(TtlError::Zero),
        millis if millis > MAX.as_millis() => Err(TtlError::TooLong),
        millis => Ok(Duration::from_millis(u64::try_from(millis).expect("100 years are fewer"))),
    }
}
