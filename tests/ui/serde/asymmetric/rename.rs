use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Renamed {
    #[serde(rename(serialize = "a", deserialize = "b"))]
    both: u8,
    #[serde(rename(serialize = "c"))]
    one: u8,
}

#[derive(Serialize, Deserialize, KvType)]
enum Variants {
    #[serde(rename(deserialize = "a"))]
    A,
}

fn main() {}
