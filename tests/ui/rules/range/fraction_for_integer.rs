use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(max = 1.5))]
    a: i32,
}

fn main() {}
