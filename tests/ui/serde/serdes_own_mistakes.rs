use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
#[serde(rename_all = "shouting")]
struct Mistaken {
    #[kv(lenght(max = 5))]
    n: String,
}

fn main() {}
