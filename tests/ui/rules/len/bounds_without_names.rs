use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len(3))]
    a: String,
    #[kv(len(1, 2))]
    b: String,
    #[kv(len(1..=5))]
    c: String,
    #[kv(len(..5, min = 1))]
    d: String,
}

fn main() {}
