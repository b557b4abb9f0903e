use kv_core::KvType;

#[derive(KvType)]
struct Bounds {
    #[kv(range(min = 300))]
    a: u8,
    #[kv(range(min = -1, max = 3px))]
    b: Option<u8>,
    #[kv(range(max = 1.5))]
    c: i32,
    #[kv(len(max = 2k))]
    d: String,
    #[kv(len(3))]
    e: String,
    #[kv(range(1, 5))]
    f: i32,
    #[kv(range(1..=5))]
    g: i32,
    #[kv(one_of("a" "b"))]
    h: String,
    #[kv(len(min = 2, max = 1))]
    i: String,
}

fn main() {}
