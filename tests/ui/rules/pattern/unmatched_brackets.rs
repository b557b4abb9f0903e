use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "(a")]
    a: String,
    #[kv(pattern = "a)")]
    b: String,
    #[kv(pattern = "[a")]
    c: String,
    #[kv(pattern = "a]")]
    d: String,
    #[kv(pattern = "a{")]
    e: String,
    #[kv(pattern = "a}")]
    f: String,
    #[kv(
        pattern = "((((((((((((((((((((((((((((((((((((((((((((((((((()))))))))))))))))))))))))))))))))))))))))))))))))))"
    )]
    g: String,
}

fn main() {}
