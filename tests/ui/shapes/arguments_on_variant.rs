use kv_core::KvType;

#[derive(KvType)]
enum Event {
    #[kv(non_empty)]
    Joined(String),
    #[kv(ttl = "5s", skip)]
    Left,
}

fn main() {}
