use kv_core::KvType;

#[derive(KvType)]
struct Größe {
    n: u8,
}

#[derive(KvType)]
struct _Private {
    n: u8,
}

fn main() {}
