use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, KvType)]
#[serde(from = "String", into = "String")]
struct Converted {
    #[serde(with = "as_text")]
    n: u64,
}

impl From<String> for Converted {
    fn from(text: String) -> Self {
        Self { n: text.len() as u64 }
    }
}

impl From<Converted> for String {
    fn from(converted: Converted) -> Self {
        converted.n.to_string()
    }
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
struct Tagged {
    n: u8,
}

fn main() {}
