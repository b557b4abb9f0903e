use kv_core::KvType;

#[derive(KvType)]
struct Themes {
    #[kv(one_of(light, 'd', "light", "light"))]
    a: String,
    #[kv(one_of(1, 2))]
    b: u8,
}

fn main() {}
