use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{user}")]
enum Event {
    Joined { user: String },
    Left { user: String },
}

fn main() {}
