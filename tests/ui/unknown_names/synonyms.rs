use kv_core::KvType;

#[derive(KvType)]
#[kv(name = "Pointer", expires = "30s")]
struct Account {
    #[kv(length(min = 1))]
    name: String,
    #[kv(regex = "^[a-z]+$")]
    user: String,
    #[kv(required)]
    title: String,
    #[kv(max = 5)]
    text: String,
    #[kv(max = 5)]
    n: i32,
    #[kv(inner(len(max = 5)))]
    words: Vec<String>,
    #[kv(validate = "is_short")]
    motto: String,
}

#[derive(KvType)]
#[kv(max_capacity = 100, eviction_policy = "lru")]
struct Session(u8);

fn main() {}
