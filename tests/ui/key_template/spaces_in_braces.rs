use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "user:{ user }")]
struct Cursor {
    user: String,
}

fn main() {}
