use kv_core::{KvStore, KvType};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, KvType)]
#[kv(tag = "live cursor", ttl = "30 seconds")]
#[kv(key = "{room}:{usr}")]
struct Cursor {
    #[kv(lenght(max = 64))]
    room: String,
    #[kv(range(min = 1))]
    user: String,
    #[kv(one_of())]
    tool: String,
    #[kv(range(min = 9, max = 1))]
    x: i32,
    #[kv(pattern = "^[a-z+$")]
    item: String,
    #[serde(rename(serialize = "colour", deserialize = "color"))]
    colour: String,
    #[kv(non_empty, non_empty)]
    trail: Vec<i32>,
}

fn main() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let _ = store.get::<Cursor>("k");
}
