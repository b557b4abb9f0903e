use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct TwoDirections {
    #[serde(rename(serialize = "a", deserialize = "b"))]
    renamed: u8,
    #[serde(skip_serializing)]
    written: u8,
    #[serde(skip_deserializing)]
    read: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sometimes: Vec<u8>,
    #[kv(opaque)]
    #[serde(with = "as_maybe", skip_serializing_if = "Option::is_none")]
    maybe: Option<u8>,
}

fn main() {}
