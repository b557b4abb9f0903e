use kv_core::KvType;

#[derive(KvType)]
struct Lists {
    #[kv(each(non_empty))]
    a: String,
    #[kv(each(range(min = 1)))]
    b: u8,
}

fn main() {}
