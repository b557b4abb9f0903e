use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = r"\bword")]
    a: String,
    #[kv(pattern = r"\Aword\z")]
    b: String,
    #[kv(pattern = r"\<word")]
    c: String,
    #[kv(pattern = "^*")]
    d: String,
}

fn main() {}
