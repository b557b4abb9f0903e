use kv_core::{KvField, KvType};

#[derive(KvField)]
struct User {
    id: String,
    name: String,
}

#[derive(KvType)]
#[kv(key = "{user}")]
struct Last {
    user: User,
}

#[derive(KvType)]
#[kv(key = "{user}:{n}")]
struct First {
    user: User,
    n: u8,
}

fn main() {}
