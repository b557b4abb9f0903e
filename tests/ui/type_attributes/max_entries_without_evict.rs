use kv_core::KvType;

#[derive(KvType)]
#[kv(ttl = "30s", max_entries = 1000)]
struct NoPolicy(u8);

#[derive(KvType)]
#[kv(evict = "oldest", ttl = "30s")]
struct NoNumber(u8);

#[derive(KvType)]
#[kv(max_entries = 0)]
struct NoPolicyAndNone(u8);

#[derive(KvType)]
#[kv(evict = "lru")]
struct NoNumberAndUnknown(u8);

fn main() {}
