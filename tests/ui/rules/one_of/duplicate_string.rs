use kv_core::KvType;

#[derive(KvType)]
struct Themes {
    #[kv(one_of("light", "dark", "light"))]
    a: String,
}

fn main() {}
