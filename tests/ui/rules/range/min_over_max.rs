use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(min = 9, max = 1))]
    a: i32,
    #[kv(range(min = 1.5, max = 1))]
    b: f64,
    #[kv(range(min = 2, max = 1.5))]
    c: f64,
    #[kv(range(min = 1.5, max = 0.5))]
    d: f64,
}

fn main() {}
