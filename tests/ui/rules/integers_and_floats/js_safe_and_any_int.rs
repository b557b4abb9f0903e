use kv_core::KvType;

#[derive(KvType)]
struct Numbers {
    #[kv(js_safe, any_int)]
    a: u64,
    #[kv(any_int, js_safe)]
    b: Option<i64>,
    #[kv(each(js_safe, any_int))]
    c: Vec<u64>,
}

fn main() {}
