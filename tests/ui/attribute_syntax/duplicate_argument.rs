use kv_core::KvType;

#[derive(KvType)]
#[kv(tag = "A", ttl = "30s", tag = "B")]
#[kv(ttl = "60s")]
struct Cursor {
    #[kv(opaque, opaque)]
    any: String,
    #[kv(skip)]
    #[kv(skip)]
    cache: String,
}

#[derive(KvType)]
#[kv(max_entries = 100, evict = "oldest", max_entries = 200, evict = "oldest")]
struct Pointer(u8);

fn main() {}
