use kv_core::KvField;

#[derive(KvField)]
#[kv(tag = "Item", ttl = "5s")]
struct Item {
    #[kv(ttl = "5s")]
    name: String,
}

fn main() {}
