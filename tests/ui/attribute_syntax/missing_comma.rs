use kv_core::KvType;

#[derive(KvType)]
#[kv(tag = "Pointer" ttl = "30s")]
struct Cursor {
    #[kv(len(max = 5) non_empty)]
    name: String,
    #[kv(len(min = 1 max = 5))]
    user: String,
    #[kv(range(min = -1 max = 5))]
    x: i32,
    #[kv(one_of("light" "dark"))]
    theme: String,
}

fn main() {}
