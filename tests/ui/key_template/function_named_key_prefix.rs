use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{user}")]
struct Cursor {
    user: String,
}

impl Cursor {
    fn key_prefix() -> &'static str {
        ""
    }
}

fn main() {}
