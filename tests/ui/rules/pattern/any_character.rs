use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "^a.c$")]
    a: String,
}

fn main() {}
