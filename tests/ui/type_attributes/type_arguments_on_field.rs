use kv_core::KvType;

#[derive(KvType)]
struct Cursor {
    #[kv(ttl = "5s", tag = "Name")]
    name: String,
    #[kv(key = "{user}")]
    user: String,
    #[kv(max_entries = 100, evict = "oldest")]
    items: Vec<String>,
}

fn main() {}
