use kv_core::{KvStore, KvType};

#[derive(KvType)]
struct Item {
    n: u8,
}

fn main() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let _ = store.put(Item { n: 1 });
}
