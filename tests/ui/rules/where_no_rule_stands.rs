use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
#[kv(len(max = 5))]
struct OnTheType {
    #[serde(skip)]
    #[kv(non_empty)]
    skipped: String,
}

#[derive(KvType)]
enum OnAVariant {
    #[kv(non_empty)]
    A(String),
}

fn main() {}
