use kv_core::KvType;

#[derive(KvType)]
struct Numbers {
    #[kv(js_safe)]
    a: f64,
    #[kv(any_int)]
    b: f32,
    #[kv(js_safe)]
    c: String,
    #[kv(any_int)]
    d: Vec<u64>,
}

fn main() {}
