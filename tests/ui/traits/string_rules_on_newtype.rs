use kv_core::{KvField, KvType};

#[derive(KvType)]
struct Cursor {
    #[kv(len(max = 5))]
    a: UserId,
    #[kv(one_of("a", "b"))]
    b: Option<UserId>,
    #[kv(pattern = "^a$")]
    c: UserId,
    #[kv(email)]
    d: UserId,
}

#[derive(KvField)]
struct UserId(String);

fn main() {}
