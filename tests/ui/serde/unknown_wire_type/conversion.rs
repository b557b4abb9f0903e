use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, KvType)]
#[serde(from = "String", into = "String")]
struct Converted(u64);

impl From<String> for Converted {
    fn from(text: String) -> Self {
        Self(text.len() as u64)
    }
}

impl From<Converted> for String {
    fn from(converted: Converted) -> Self {
        converted.0.to_string()
    }
}

#[derive(Deserialize, KvType)]
#[serde(try_from = "u8")]
struct Tried(u8);

impl TryFrom<u8> for Tried {
    type Error = String;

    fn try_from(n: u8) -> Result<Self, String> {
        Ok(Self(n))
    }
}

fn main() {}
