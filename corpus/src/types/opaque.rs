//! Fields without a schema.

use super::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A type of another crate.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Foreign(Value);

impl<'a> Arbitrary<'a> for Foreign {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        // Not `null`: as an `Option` it would be read as `None`.
        wild::json(u).map(|json| Self(if json.is_null() { Value::Bool(true) } else { json }))
    }
}

/// Opaque fields.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Opaques {
    #[kv(opaque)]
    foreign: Foreign,
    #[kv(opaque)]
    #[arbitrary(with = wild::json)]
    json: Value,
    #[kv(opaque)]
    maybe: Option<Foreign>,
    #[kv(opaque)]
    #[serde(with = "as_text")]
    count: u32,
    #[kv(opaque)]
    #[serde(with = "as_text", default, skip_serializing_if = "is_zero")]
    sometimes: u32,
    #[kv(opaque)]
    #[serde(with = "as_maybe")]
    asked: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// A number as text. Any other JSON is read as 0.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(count: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(count)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        let json = Value::deserialize(from)?;
        Ok(json.as_str().and_then(|text| text.parse().ok()).unwrap_or_default())
    }
}

/// An `Option` that is read by a function, so the member is required.
mod as_maybe {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(count: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
        count.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
        let json = Value::deserialize(from)?;
        Ok(json.as_u64().and_then(|count| count.try_into().ok()))
    }
}

/// Opaque variants.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "t", content = "c")]
pub enum OpaqueVariants {
    Newtype(#[kv(opaque)] Foreign),
    Tuple(u8, #[kv(opaque)] Foreign),
    Named {
        #[kv(opaque)]
        foreign: Option<Foreign>,
    },
}
