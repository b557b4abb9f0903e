use kv_core::KvType;

#[derive(KvType)]
struct Cursor {
    #[kv(ttl = "5s", tag = "Name")]
    name: String,
    #[kv(key = "{user}")]
    user: String,
}

fn main() {}
