use kv_core::KvType;

#[derive(KvType)]
struct Größe {
    n: u8,
}

#[derive(KvType)]
#[kv(tag = "A", tag = "B")]
#[kv]
struct Twice {
    n: u8,
}

fn main() {}
