use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = r"^\d+$")]
    a: String,
    #[kv(pattern = r"^\w+$")]
    b: String,
    #[kv(pattern = r"\s")]
    c: String,
    #[kv(pattern = r"[\D]")]
    d: String,
    #[kv(pattern = r"\p{L}")]
    e: String,
}

fn main() {}
