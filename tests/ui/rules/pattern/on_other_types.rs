use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "^1$")]
    a: u8,
    #[kv(pattern = "^a$")]
    b: Vec<String>,
}

fn main() {}
