use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
struct Tuple(
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<u8>,
    #[serde(default)] u8,
);

#[derive(Serialize, Deserialize, KvField)]
struct Newtype(#[serde(skip)] u8);

#[derive(Serialize, Deserialize, KvField)]
struct InTwoWords(#[serde(skip_serializing, skip_deserializing)] u8);

#[derive(Serialize, Deserialize, KvField)]
#[serde(rename_all(serialize = "camelCase", deserialize = "snake_case"))]
struct TwoCases {
    /// Documented.
    first_name: String,
    last_name: String,
}

#[derive(Serialize, Deserialize, KvField)]
enum Skipping {
    A,
    #[serde(skip)]
    B {
        #[kv(non_empty)]
        text: String,
    },
}

fn main() {}
