use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = r"\u0041")]
    a: String,
    #[kv(pattern = r"\x41")]
    b: String,
}

#[derive(KvType)]
struct Trailing {
    #[kv(pattern = "a\\")]
    text: String,
}

fn main() {}
