use kv_core::KvField;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
struct Tagged {
    n: u8,
}

fn main() {}
