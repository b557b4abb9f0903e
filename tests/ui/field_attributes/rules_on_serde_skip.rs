use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Session {
    #[serde(skip)]
    #[kv(non_empty)]
    cache: String,
}

#[derive(Serialize, Deserialize, KvType)]
enum State {
    On,
    #[serde(skip)]
    Unknown {
        #[kv(opaque, len(max = 5))]
        text: String,
    },
}

fn main() {}
