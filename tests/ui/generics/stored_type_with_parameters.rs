use kv_core::KvType;

#[derive(KvType)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(KvType)]
struct Grid<const N: usize> {
    rows: [u8; N],
}

fn main() {}
