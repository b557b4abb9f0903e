use kv_core::{KvField, KvStore};

#[derive(KvField)]
struct Item {
    n: u8,
}

fn main() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let _ = store.set("k", Item { n: 1 });
    let _ = store.get::<Item>("k");
    let _ = store.typed::<Item>();
}
