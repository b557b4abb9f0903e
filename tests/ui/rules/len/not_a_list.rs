use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len)]
    a: String,
    #[kv(len = 5)]
    b: String,
    #[kv(len = "1..5")]
    c: String,
}

fn main() {}
