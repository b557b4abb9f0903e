use kv_core::KvType;

#[derive(KvType)]
#[kv(len(max = 5), non_empty, skip, opaque, js_safe)]
struct Cursor(u8);

fn main() {}
