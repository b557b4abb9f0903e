use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{room}:{usr}")]
struct Presence {
    #[kv(range(max = 5))]
    room: String,
    #[serde(rename(serialize = "u", deserialize = "v"))]
    user: String,
}

fn main() {}
