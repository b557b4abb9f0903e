use kv_core::KvType;

#[derive(KvType)]
struct Page<T> {
    items: Vec<T>,
}

fn main() {}
