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

fn main() {}
