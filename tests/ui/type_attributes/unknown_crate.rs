use kv_core::KvType;

#[derive(KvType)]
#[kv(crate = "::kv_cord")]
struct Cursor(u8);

fn main() {}
