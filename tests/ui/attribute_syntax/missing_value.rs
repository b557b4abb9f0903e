use kv_core::KvType;

#[derive(KvType)]
#[kv(tag, prefix, ttl("30s"), key, plural, validate)]
struct Cursor {
    #[kv(pattern)]
    name: String,
    #[kv(custom("is_short"))]
    user: String,
}

#[derive(KvType)]
#[kv(tag =, crate)]
struct Pointer {
    #[kv(len(min =))]
    name: String,
}

#[derive(KvType)]
#[kv(max_entries, evict)]
struct Marker(u8);

#[derive(KvType)]
#[kv(max_entries(100), evict("oldest"))]
struct Label(u8);

fn main() {}
