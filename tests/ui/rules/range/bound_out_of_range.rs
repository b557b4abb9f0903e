use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(min = 300))]
    a: u8,
    #[kv(range(min = -1))]
    b: Option<u32>,
    #[kv(range(max = 128))]
    c: std::num::NonZeroI8,
    #[kv(range(max = 1e400))]
    d: f64,
    #[kv(range(max = 170141183460469231731687303715884105728))]
    e: u128,
}

fn main() {}
