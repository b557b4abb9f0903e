use kv_core::{KvField, KvType};

#[derive(KvField)]
struct UserId(String);

#[derive(KvType)]
#[kv(key = "{user}")]
struct Last {
    user: UserId,
}

#[derive(KvType)]
#[kv(key = "{user}:{n}")]
struct First {
    user: UserId,
    n: u8,
}

fn main() {}
