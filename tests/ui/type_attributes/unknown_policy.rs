use kv_core::KvType;

#[derive(KvType)]
#[kv(max_entries = 1000, evict = "oldst")]
struct Misspelt(u8);

#[derive(KvType)]
#[kv(max_entries = 1000, evict = "Oldest")]
struct Capital(u8);

#[derive(KvType)]
#[kv(max_entries = 1000, evict = "lru")]
struct Other(u8);

#[derive(KvType)]
#[kv(max_entries = 1000, evict = "")]
struct Empty(u8);

#[derive(KvType)]
#[kv(max_entries = 1000, evict = 1)]
struct Number(u8);

fn main() {}
