use kv_core::KvType;

#[derive(KvType)]
#[kv("30s")]
struct Cursor {
    #[kv("non_empty")]
    name: String,
    #[kv(64)]
    user: String,
}

fn main() {}
