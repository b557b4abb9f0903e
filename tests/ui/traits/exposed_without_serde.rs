use kv_core::{Access, Catalog, KvType};

#[derive(KvType)]
struct Item {
    n: u8,
}

fn main() {
    let _ = Catalog::builder().expose::<Item>(Access::Read);
}
