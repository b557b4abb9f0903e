use kv_core::KvField;
use serde::Deserialize;

#[derive(Deserialize, KvField)]
#[serde(field_identifier)]
enum Member {
    First,
    Second,
}

#[derive(Deserialize, KvField)]
#[serde(variant_identifier)]
enum Name {
    First,
    Second,
}

fn main() {}
