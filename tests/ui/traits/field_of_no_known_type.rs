use kv_core::KvType;
use std::collections::HashMap;

struct Unknown;

#[derive(KvType)]
struct Cursor {
    a: Unknown,
    b: HashMap<Vec<u8>, u8>,
}

fn main() {}
