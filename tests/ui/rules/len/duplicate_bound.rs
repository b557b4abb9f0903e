use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len(max = 1, max = 2))]
    a: String,
}

fn main() {}
