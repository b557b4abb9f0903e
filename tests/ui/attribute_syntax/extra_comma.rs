use kv_core::KvType;

#[derive(KvType)]
#[kv(,)]
struct Cursor {
    #[kv(len(max = 5),, non_empty)]
    name: String,
    #[kv(one_of("light",, "dark"))]
    theme: String,
    #[kv(len(, max = 5))]
    user: String,
}

fn main() {}
