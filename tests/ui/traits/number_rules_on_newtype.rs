use kv_core::{KvField, KvType};

#[derive(KvType)]
struct Cursor {
    #[kv(range(min = 1))]
    a: Meters,
    #[kv(any_float)]
    b: Meters,
    #[kv(js_safe)]
    c: Count,
    #[kv(any_int)]
    d: Option<Count>,
}

#[derive(KvField)]
struct Meters(f64);

#[derive(KvField)]
struct Count(u64);

fn main() {}
