use kv_core::{KvField, KvType};

#[derive(KvType)]
#[kv(key = "user:{user}")]
struct NoSuchField {
    user_id: String,
}

#[derive(KvType)]
#[kv(key = "{a}{b}")]
struct NoSeparator {
    a: String,
    b: String,
}

#[derive(KvType)]
#[kv(key = "user:{a")]
struct Unclosed {
    a: String,
}

#[derive(KvType)]
#[kv(key = "{a}")]
struct Skipped {
    #[serde(skip)]
    a: String,
    b: u8,
}

#[derive(KvType)]
#[kv(key = "{a}")]
enum Enum {
    A { a: String },
}

#[derive(KvField)]
#[kv(key = "{a}")]
struct Field {
    a: String,
}

#[derive(KvType)]
#[kv(key = "{a}:x:{a}")]
struct Twice {
    a: String,
}

#[derive(KvType)]
#[kv(key = "..")]
struct NoKey {
    a: String,
}

#[derive(KvType)]
#[kv(key = "{ratio}")]
struct NoKeyType {
    ratio: f64,
}

fn main() {}
