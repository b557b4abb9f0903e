use kv_core::KvField;

#[derive(KvField)]
#[kv(tag = "Item", prefix = "item:", ttl = "5s", key = "{n}", plural = "Items")]
struct Item {
    n: u8,
}

#[derive(KvField)]
#[kv(max_entries = 100, evict = "oldest", max_ttl = "1d")]
struct Part(u8);

fn main() {}
