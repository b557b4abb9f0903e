use kv_core::KvType;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
#[serde(rename_all(serialize = "camelCase", deserialize = "snake_case"))]
struct Fields {
    first_name: String,
    last_name: String,
}

#[derive(Serialize, Deserialize, KvType)]
#[serde(rename_all_fields(serialize = "camelCase"))]
enum Variants {
    A { first_name: String },
}

#[derive(Serialize, Deserialize, KvType)]
enum OneVariant {
    #[serde(rename_all(serialize = "camelCase"))]
    A { first_name: String },
}

fn main() {}
