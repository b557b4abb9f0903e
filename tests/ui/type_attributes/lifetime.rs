use kv_core::KvType;

#[derive(KvType)]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {}
