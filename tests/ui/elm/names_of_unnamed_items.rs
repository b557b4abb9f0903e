use kv_core::KvField;
use serde::{Deserialize, Serialize};

#[derive(KvField)]
struct Pair(#[kv(elm = "first")] u8, u8);

#[derive(Serialize, Deserialize, KvField)]
#[serde(transparent)]
struct Id {
    #[kv(elm = "id")]
    id: u8,
}

#[derive(Serialize, Deserialize, KvField)]
enum State {
    Open {
        #[serde(skip)]
        #[kv(elm = "hidden")]
        hidden: u8,
    },
    #[serde(skip)]
    #[kv(elm = "IsClosed")]
    Closed,
}

fn main() {}
