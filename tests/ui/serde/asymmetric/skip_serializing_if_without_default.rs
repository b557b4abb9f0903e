use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Sometimes {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fine: Option<u8>,
}

fn main() {}
