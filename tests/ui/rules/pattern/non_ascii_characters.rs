use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "^größe$")]
    a: String,
}

#[derive(KvType)]
struct Control {
    #[kv(pattern = "a\nb")]
    text: String,
}

fn main() {}
