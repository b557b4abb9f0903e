use kv_core::KvType;

#[derive(KvType)]
#[kv]
struct Bare {
    #[kv = "non_empty"]
    name: String,
}

#[derive(KvType)]
#[kv[ttl = "30s"]]
struct Brackets {
    #[kv{non_empty}]
    name: String,
}

fn main() {}
