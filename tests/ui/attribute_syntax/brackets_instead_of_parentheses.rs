use kv_core::KvType;

#[derive(KvType)]
struct Cursor {
    #[kv(len[max = 5])]
    name: String,
    #[kv(one_of{"light", "dark"})]
    theme: String,
}

fn main() {}
