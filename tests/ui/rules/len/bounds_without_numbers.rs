use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len(min = "one"))]
    a: String,
    #[kv(len(max = 2k))]
    b: String,
    #[kv(len(min, max = 5))]
    c: String,
    #[kv(len(max = MAX))]
    d: String,
    #[kv(len(min = , max = 5))]
    e: String,
}

fn main() {}
