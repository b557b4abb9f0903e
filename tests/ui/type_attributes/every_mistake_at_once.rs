use kv_core::KvType;

#[derive(KvType)]
#[kv(tag = "no spaces", prefix = "cursor", ttl = "30 seconds", ttle = "5s")]
struct Cursor {
    #[kv(lenght(max = 5))]
    name: String,
    #[kv(range(min = 1))]
    text: String,
    #[kv(range(min = 9, max = 1))]
    n: i32,
    #[kv(one_of())]
    state: String,
    #[kv(non_empty, non_empty)]
    items: Vec<String>,
    #[kv(len(max = 5))]
    flag: bool,
}

fn main() {
    let store = kv_core::KvStore::new().tenant("acme.example").unwrap();
    let _ = store.get::<Cursor>("k");
}
