use kv_core::{KvStore, KvType};

#[derive(KvType)]
#[kv(ttl = "soon")]
struct Mistaken {
    n: u8,
}

#[derive(KvType)]
struct Generic<T> {
    item: T,
}

#[derive(KvType)]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let _ = store.get::<Mistaken>("k");
    let _ = store.set("k", Generic { item: 1 });
    let _ = store.get::<Borrowed<'_>>("k");
}
