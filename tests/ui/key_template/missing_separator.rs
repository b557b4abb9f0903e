use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{a}{b}")]
struct Pair {
    a: String,
    b: String,
}

fn main() {}
