use kv_core::{KvField, KvType};

struct Unknown;

#[derive(KvField)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(KvType)]
struct Book {
    page: Page<Unknown>,
}

fn main() {}
