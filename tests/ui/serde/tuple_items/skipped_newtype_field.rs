use kv_core::KvField;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvField)]
struct Newtype(#[serde(skip)] u8);

#[derive(Serialize, Deserialize, KvField)]
struct InTwoWords(#[serde(skip_serializing, skip_deserializing)] u8);

fn main() {}
