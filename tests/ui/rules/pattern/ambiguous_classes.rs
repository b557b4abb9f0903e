use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "[]a]")]
    a: String,
    #[kv(pattern = "[a[b]]")]
    b: String,
    #[kv(pattern = "[a&&b]")]
    c: String,
    #[kv(pattern = "[a-b-c]")]
    d: String,
    #[kv(pattern = "[z-a]")]
    e: String,
    #[kv(pattern = "[a--b]")]
    f: String,
}

fn main() {}
