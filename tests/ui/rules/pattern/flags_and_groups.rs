use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "(?i)abc")]
    a: String,
    #[kv(pattern = "(?=a)")]
    b: String,
    #[kv(pattern = "(?!a)")]
    c: String,
    #[kv(pattern = "(?<=a)b")]
    d: String,
    #[kv(pattern = "(?<name>a)")]
    e: String,
    #[kv(pattern = r"(a)\1")]
    f: String,
}

fn main() {}
