use kv_core::{KvField, KvType};

#[derive(KvType, KvField)]
struct Item {
    n: u8,
}

fn main() {}
