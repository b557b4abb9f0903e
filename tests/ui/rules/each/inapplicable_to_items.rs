use kv_core::KvType;

#[derive(KvType)]
struct Lists {
    #[kv(each(range(min = 1)))]
    a: Vec<String>,
    #[kv(each(each(len(max = 5))))]
    b: Vec<Vec<u8>>,
    #[kv(each(lenght(max = 5), len(min = 2, max = 1)))]
    c: std::collections::BTreeMap<u8, String>,
}

fn main() {}
