use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Fields {
    #[serde(skip_serializing)]
    written: u8,
    #[serde(skip_deserializing)]
    read: u8,
}

#[derive(Serialize, Deserialize, KvType)]
enum Variants {
    A,
    #[serde(skip_deserializing)]
    B,
}

fn main() {}
