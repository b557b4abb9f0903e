use kv_core::KvType;

#[derive(KvType)]
struct Ranges {
    #[kv(range(min = 1))]
    a: String,
    #[kv(range(min = 1))]
    b: Option<Box<str>>,
}

fn main() {}
