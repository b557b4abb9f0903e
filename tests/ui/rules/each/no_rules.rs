use kv_core::KvType;

#[derive(KvType)]
struct Lists {
    #[kv(each())]
    a: Vec<String>,
    #[kv(each)]
    b: Vec<String>,
    #[kv(each = "non_empty")]
    c: Vec<String>,
}

fn main() {}
