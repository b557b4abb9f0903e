use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{user}:{cache}")]
struct Cursor {
    #[serde(skip)]
    user: String,
    #[kv(skip)]
    cache: u8,
    x: u8,
}

fn main() {}
