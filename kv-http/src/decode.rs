//! From bytes to a value.

use crate::problem::Problem;
use crate::served::Served;
use kv_core::engine::AnyValue;
use kv_core::{DecodeError, DecodeOptions, Ttl};

/// The value of a body or of an operation, with the `ttl` that stands beside its fields where that may be.
pub(crate) fn decode(ty: &Served, json: &[u8], takes_ttl: bool) -> Result<(AnyValue, Option<Ttl>), Problem> {
    let options = DecodeOptions::new();
    let options = if takes_ttl { options.take_ttl() } else { options };
    match ty.codec.decode(json, options) {
        Ok(decoded) => Ok((decoded.value, decoded.ttl)),
        Err(DecodeError::InvalidTtl) => Err(Problem::invalid_ttl()),
        Err(DecodeError::Value(errors)) => Err(Problem::invalid_value(errors)),
        Err(malformed) => Err(Problem::invalid_json(malformed)),
    }
}
