use kv_core::KvType;

#[derive(KvType)]
#[kv(ttl = "0s")]
struct Zero(u8);

#[derive(KvType)]
#[kv(ttl = "36501d")]
struct TooLong(u8);

fn main() {}
