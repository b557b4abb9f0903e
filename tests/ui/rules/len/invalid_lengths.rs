use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len(min = -1))]
    a: String,
    #[kv(len(max = 1.5))]
    b: String,
    #[kv(len(max = 4294967296))]
    c: String,
    #[kv(len(minn = 1, max = -1))]
    d: String,
}

fn main() {}
