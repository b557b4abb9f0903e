use kv_core::KvType;

#[derive(KvType)]
struct Lists {
    #[kv(each(opaque))]
    a: Vec<String>,
    #[kv(each(skip))]
    b: Vec<String>,
    #[kv(each(ttl = "5s"))]
    c: Vec<String>,
}

fn main() {}
