use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len(min = 2, max = 1))]
    a: String,
}

fn main() {}
