use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(1, 5))]
    a: i32,
    #[kv(range(-1, 1))]
    b: i32,
    #[kv(range(1..=5))]
    c: i32,
    #[kv(range = 1..5)]
    d: i32,
}

fn main() {}
