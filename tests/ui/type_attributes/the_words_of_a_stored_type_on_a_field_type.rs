use kv_core::KvField;

#[derive(KvField)]
#[kv(tag = "Item", prefix = "item:", ttl = "5s", key = "{n}", plural = "Items")]
struct Item {
    n: u8,
}

fn main() {}
