//! From bytes to a value.

use crate::problem::Problem;
use crate::served::Served;
use kv_core::Ttl;
use kv_core::engine::AnyValue;

/// The value of a body or of an operation, with the `ttl` that stands beside its fields where that may be.
pub(crate) fn decode(ty: &Served, json: &[u8], _takes_ttl: bool) -> Result<(AnyValue, Option<Ttl>), Problem> {
    serde_json::from_slice::<&serde_json::value::RawValue>(json).map_err(Problem::invalid_json)?;
    let value = ty.stored.decode(json).map_err(Problem::invalid_json)?;
    Ok((value, None))
}
