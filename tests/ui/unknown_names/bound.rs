use kv_core::KvType;

#[derive(KvType)]
struct Misspelt {
    #[kv(len(mni = 1))]
    a: String,
    #[kv(len(minimum = 1, maximum = 5))]
    b: Vec<u8>,
    #[kv(range(lower = 1))]
    c: i32,
}

fn main() {}
