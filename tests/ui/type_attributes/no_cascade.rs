use kv_core::{KvStore, KvType};

#[derive(KvType)]
struct Generic<T> {
    item: T,
}

#[derive(KvType)]
#[kv(crate = "not a path")]
struct NoPath {
    n: u8,
}

#[derive(KvType)]
#[kv(ttl = "soon")]
struct Mistaken {
    n: u8,
}

fn main() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let _ = store.get::<Generic<u8>>("k");
    let _ = store.get::<Mistaken>("k");
    let _ = NoPath { n: 1 };
}
