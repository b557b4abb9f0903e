use kv_core::KvType;

#[derive(KvType)]
#[kv(crate = "kv-core")]
struct Cursor(u8);

fn main() {}
