use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(min = "1"))]
    a: i32,
    #[kv(range(max = 3px))]
    b: i32,
}

fn main() {}
