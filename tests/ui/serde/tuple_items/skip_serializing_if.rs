use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Tuple(#[serde(default, skip_serializing_if = "Option::is_none")] Option<u8>, #[serde(default)] u8);

fn main() {}
