use kv_core::KvType;

#[derive(KvType)]
struct Session {
    #[kv(skip, skp, lenght(max = 5))]
    cache: String,
}

fn main() {}
