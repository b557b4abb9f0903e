use kv_core::KvType;

#[derive(KvType)]
struct Themes {
    #[kv(one_of("1", "2"))]
    a: u8,
    #[kv(one_of("a", "b"))]
    b: Vec<String>,
}

fn main() {}
