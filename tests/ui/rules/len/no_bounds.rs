use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len())]
    a: String,
}

fn main() {}
