use kv_core::KvType;
use serde::{Deserialize, Serialize};

mod as_maybe {
    pub fn serialize<S: serde::Serializer>(n: &Option<u8>, to: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(n, to)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
        serde::Deserialize::deserialize(from)
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Left {
    #[kv(opaque)]
    #[serde(with = "as_maybe", skip_serializing_if = "Option::is_none")]
    maybe: Option<u8>,
}

fn main() {}
