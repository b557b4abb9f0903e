//! Random values where those of a type alone would be of no use.

use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// One that `serde_json::Value` can hold.
pub(super) fn i128(u: &mut Unstructured<'_>) -> Result<i128> {
    u.int_in_range(i64::MIN.into()..=u64::MAX.into())
}

/// One that `serde_json::Value` can hold.
pub(super) fn u128(u: &mut Unstructured<'_>) -> Result<u128> {
    u64::arbitrary(u).map(u128::from)
}

/// Neither NaN nor infinite.
pub(super) fn finite(u: &mut Unstructured<'_>) -> Result<f64> {
    f64::arbitrary(u).map(|n| if n.is_finite() { n } else { 0.5 })
}

/// Since 1970, as serde wants it.
pub(super) fn time(u: &mut Unstructured<'_>) -> Result<SystemTime> {
    let since = Duration::new(u32::arbitrary(u)?.into(), u.int_in_range(0..=999_999_999)?);
    Ok(SystemTime::UNIX_EPOCH + since)
}

/// A time of whole milliseconds.
pub(super) fn millis(u: &mut Unstructured<'_>) -> Result<Duration> {
    u64::arbitrary(u).map(Duration::from_millis)
}

/// Any JSON, not deep.
pub(super) fn json(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=5)? {
        0 => Value::Null,
        1 => bool::arbitrary(u)?.into(),
        2 => i64::arbitrary(u)?.into(),
        3 => String::arbitrary(u)?.into(),
        4 => Vec::<u8>::arbitrary(u)?.into(),
        _ => Value::Object(members(u)?),
    })
}

/// An object, whose members have names that nothing else has.
pub(super) fn members(u: &mut Unstructured<'_>) -> Result<Map<String, Value>> {
    Ok(open::<u8>(u)?.into_iter().map(|(name, n)| (name, n.into())).collect())
}

/// A map that is flattened: with names that nothing else has.
pub(super) fn open<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<BTreeMap<String, T>> {
    let map = BTreeMap::<String, T>::arbitrary(u)?;
    Ok(map.into_iter().map(|(name, value)| (format!("zz {name}"), value)).collect())
}
