use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
#[serde(rename_all = "shouting")]
#[kv(ttl = "soon", key = "{nmae}")]
struct Account {
    #[kv(lenght(max = 5))]
    name: String,
    #[serde(rename(serialize = "a", deserialize = "b"))]
    #[kv(range(min = 9, max = 1))]
    n: i32,
}

fn main() {}
