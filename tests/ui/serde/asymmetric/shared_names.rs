use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Person {
    name: String,
    #[serde(rename = "name")]
    full_name: String,
    #[serde(alias = "full_name", alias = "name")]
    nick: String,
    #[serde(skip)]
    nickname: String,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
enum Size {
    Big,
    BIG,
    #[serde(alias = "big")]
    Small,
}

fn main() {}
