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

fn main() {}
