use kv_core::{KvStore, KvType};

#[derive(KvType)]
#[kv(key = "{room}:{user}")]
struct Presence {
    room: String,
    #[kv(lenght(max = 5))]
    user: String,
}

#[derive(KvType)]
#[kv(key = "{room}:{usr}")]
struct Message {
    room: String,
    user: String,
}

fn main() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let _ = store.put(Presence { room: String::new(), user: String::new() });
    let _ = store.put(Message { room: String::new(), user: String::new() });
    let _ = Presence::key_prefix("lobby");
}
