use kv_core::KvType;

#[derive(KvType)]
#[kv(ttl = "soon")]
enum Event {
    #[kv(len(max = 5))]
    Joined {
        #[kv(emial)]
        user: String,
        #[kv(each(range(min = 1)))]
        roles: Vec<String>,
    },
    #[serde(rename(serialize = "a", deserialize = "b"))]
    Moved(#[kv(range(max = 300))] u8),
}

fn main() {}
