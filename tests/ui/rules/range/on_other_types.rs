use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(min = 1))]
    a: bool,
    #[kv(range(min = 1))]
    b: Vec<u8>,
    #[kv(range(min = 1))]
    c: Vec<bool>,
    #[kv(range(max = 9))]
    d: std::time::Duration,
}

fn main() {}
