use kv_core::{KvField, KvType};

#[derive(KvType)]
struct Cursor {
    #[kv(each(len(max = 5)))]
    a: Items,
    #[kv(each(len(max = 5)))]
    b: Vec<Items>,
}

#[derive(KvField)]
struct Items(Vec<String>);

fn main() {}
