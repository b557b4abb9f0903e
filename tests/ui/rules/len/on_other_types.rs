use kv_core::KvType;

#[derive(KvType)]
struct Lengths {
    #[kv(len(max = 5))]
    a: i32,
    #[kv(len(max = 5))]
    b: bool,
    #[kv(non_empty)]
    c: [u8; 4],
    #[kv(len(max = 5))]
    d: Option<f64>,
}

fn main() {}
