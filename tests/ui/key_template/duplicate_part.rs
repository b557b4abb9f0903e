use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{user}:x:{user}")]
struct Cursor {
    user: String,
}

fn main() {}
