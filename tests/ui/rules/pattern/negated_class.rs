use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "^[^/]+$")]
    a: String,
}

fn main() {}
