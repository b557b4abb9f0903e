use kv_core::KvType;

#[derive(KvType)]
struct Skipped {
    #[kv(skip, non_empty)]
    a: String,
    #[kv(skip, opaque)]
    b: String,
}

fn main() {}
