use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "a**")]
    a: String,
    #[kv(pattern = "a{2}{3}")]
    b: String,
    #[kv(pattern = "*a")]
    c: String,
    #[kv(pattern = "a{,3}")]
    d: String,
    #[kv(pattern = "a{3,2}")]
    e: String,
    #[kv(pattern = "a{1001}")]
    f: String,
    #[kv(pattern = "((((a{1000}){1000}){1000}){1000}){1000}")]
    g: String,
}

fn main() {}
