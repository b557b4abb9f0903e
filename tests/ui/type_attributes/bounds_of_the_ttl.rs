use kv_core::KvType;

#[derive(KvType)]
#[kv(ttl = "0s")]
struct Zero {
    n: u8,
}

#[derive(KvType)]
#[kv(ttl = "36501d")]
struct TooLong {
    n: u8,
}

#[derive(KvType)]
#[kv(ttl = 30)]
struct NoText {
    n: u8,
}

fn main() {}
