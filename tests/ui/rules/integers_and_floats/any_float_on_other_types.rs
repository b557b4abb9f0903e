use kv_core::KvType;

#[derive(KvType)]
struct Numbers {
    #[kv(any_float)]
    a: u64,
    #[kv(any_float)]
    b: String,
    #[kv(any_float)]
    c: Vec<f64>,
}

fn main() {}
