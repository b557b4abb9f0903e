//! Generators of random values, for fields that cannot have any value of their type.

use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// An integer that `serde_json::Value` can represent.
pub(crate) fn i128(u: &mut Unstructured<'_>) -> Result<i128> {
    u.int_in_range(i64::MIN.into()..=u64::MAX.into())
}

/// An integer that `serde_json::Value` can represent.
pub(crate) fn u128(u: &mut Unstructured<'_>) -> Result<u128> {
    u64::arbitrary(u).map(u128::from)
}

/// A finite `f64`.
pub(crate) fn finite(u: &mut Unstructured<'_>) -> Result<f64> {
    f64::arbitrary(u).map(|n| if n.is_finite() { n } else { 0.5 })
}

/// A time since 1970, as serde requires.
pub(crate) fn time(u: &mut Unstructured<'_>) -> Result<SystemTime> {
    let since = Duration::new(u32::arbitrary(u)?.into(), u.int_in_range(0..=999_999_999)?);
    Ok(SystemTime::UNIX_EPOCH + since)
}

/// A time of whole milliseconds.
pub(super) fn millis(u: &mut Unstructured<'_>) -> Result<Duration> {
    u64::arbitrary(u).map(Duration::from_millis)
}

/// Any JSON, not deep.
pub(crate) fn json(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=5)? {
        0 => Value::Null,
        1 => bool::arbitrary(u)?.into(),
        2 => i64::arbitrary(u)?.into(),
        3 => String::arbitrary(u)?.into(),
        4 => Vec::<u8>::arbitrary(u)?.into(),
        _ => Value::Object(members(u)?),
    })
}

/// An object with names that no field has.
pub(crate) fn members(u: &mut Unstructured<'_>) -> Result<Map<String, Value>> {
    Ok(open::<u8>(u)?.into_iter().map(|(name, n)| (name, n.into())).collect())
}

/// A flattened map, with names that no field has.
pub(crate) fn open<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<BTreeMap<String, T>> {
    let map = BTreeMap::<String, T>::arbitrary(u)?;
    Ok(map.into_iter().map(|(name, value)| (format!("zz {name}"), value)).collect())
}

/// A flattened map of any JSON.
pub(crate) fn open_json(u: &mut Unstructured<'_>) -> Result<BTreeMap<String, Value>> {
    open::<u8>(u)?.into_keys().map(|name| Ok((name, json(u)?))).collect()
}

/// Several values of any JSON.
pub(crate) fn many_json(u: &mut Unstructured<'_>) -> Result<Vec<Value>> {
    (0..u.int_in_range(0..=3)?).map(|_| json(u)).collect()
}

/// Any JSON except `null`, which serde reads as `None`.
pub(crate) fn some_json(u: &mut Unstructured<'_>) -> Result<Option<Value>> {
    json(u).map(|json| (!json.is_null()).then_some(json))
}

/// A finite `f64`, or `None`.
pub(crate) fn maybe_finite(u: &mut Unstructured<'_>) -> Result<Option<f64>> {
    if u.arbitrary()? { finite(u).map(Some) } else { Ok(None) }
}

/// A finite `f32`.
pub(crate) fn finite32(u: &mut Unstructured<'_>) -> Result<f32> {
    f32::arbitrary(u).map(|n| if n.is_finite() { n } else { 0.5 })
}

/// Several finite `f32`s.
pub(crate) fn floats32<const N: usize>(u: &mut Unstructured<'_>) -> Result<[f32; N]> {
    let mut floats = [0.0; N];
    for float in &mut floats {
        *float = finite32(u)?;
    }
    Ok(floats)
}

/// Two finite floats, or `None`.
pub(crate) fn maybe_two_floats(u: &mut Unstructured<'_>) -> Result<Option<(f32, f32)>> {
    if u.arbitrary()? { Ok(Some((finite32(u)?, finite32(u)?))) } else { Ok(None) }
}
