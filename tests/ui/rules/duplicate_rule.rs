use kv_core::KvType;

#[derive(KvType)]
struct Twice {
    #[kv(non_empty, non_empty)]
    a: String,
}

#[derive(KvType)]
struct InTwoAttributes {
    #[kv(len(max = 5))]
    #[kv(len(min = 1))]
    name: String,
    #[kv(each(url, url))]
    links: Vec<String>,
}

fn main() {}
