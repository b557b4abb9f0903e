use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Account {
    #[serde(skip_serializing_if = "Vec::is_empty", defualt)]
    items: Vec<u8>,
    #[serde(skip_serializing, skip_deserialising)]
    cache: u8,
    #[serde(rename(serialize = "a", deserialise = "a"))]
    name: String,
}

fn main() {}
