use kv_core::KvField;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "t", content = "c")]
enum Event {
    Seen(#[serde(skip)] u8),
}

fn main() {}
