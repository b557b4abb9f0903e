use kv_core::KvType;

#[derive(KvType)]
#[kv(tag: "Pointer")]
struct Cursor {
    #[kv(len max = 5)]
    name: String,
    #[kv(non-empty)]
    user: String,
}

fn main() {}
