use kv_core::KvType;

#[derive(KvType)]
struct Themes {
    #[kv(one_of())]
    a: String,
    #[kv(one_of)]
    b: String,
    #[kv(one_of = "light")]
    c: String,
}

fn main() {}
