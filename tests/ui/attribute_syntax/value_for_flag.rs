use kv_core::KvType;

#[derive(KvType)]
struct Account {
    #[kv(non_empty = true)]
    name: String,
    #[kv(email(strict))]
    address: String,
    #[kv(js_safe())]
    visits: u64,
    #[kv(skip = true)]
    cache: String,
}

fn main() {}
