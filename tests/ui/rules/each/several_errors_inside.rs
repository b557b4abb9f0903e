use kv_core::KvType;

#[derive(KvType)]
struct Lists {
    #[kv(each(len(max = -1), non_empty, non_empty, pattern = "a."))]
    a: Vec<String>,
}

fn main() {}
