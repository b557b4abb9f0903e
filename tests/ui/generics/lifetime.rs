use kv_core::{KvField, KvType};

#[derive(KvType)]
struct Borrowed<'a> {
    name: &'a str,
}

#[derive(KvField)]
struct Mixed<'a, T: 'a> {
    name: &'a str,
    item: T,
}

fn main() {}
