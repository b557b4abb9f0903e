use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
#[serde(tagg = "type")]
enum Event {
    #[kv(non_empty)]
    #[serde(rename = 5)]
    Joined {
        #[kv(emial)]
        user: String,
    },
}

fn main() {}
