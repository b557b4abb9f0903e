use kv_core::{KvField, KvType};

#[derive(KvField)]
struct UserId(String);

#[derive(KvType)]
struct Cursor {
    #[kv(len(max = 5))]
    user: UserId,
    #[kv(custom = "is_short")]
    name: String,
}

fn is_short(_: &u8) -> Result<(), &'static str> {
    Ok(())
}

fn main() {}
