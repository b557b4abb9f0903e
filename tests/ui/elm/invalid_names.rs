use kv_core::{KvField, KvType};

#[derive(KvType)]
#[kv(elm = "order status")]
enum Status {
    #[kv(elm = "active")]
    Active,
    #[kv(elm = "")]
    Closed,
    #[kv(elm = "Größe")]
    Size,
}

#[derive(KvField)]
#[kv(elm = "List")]
struct Entries {
    #[kv(elm = "Type")]
    kind: u8,
    #[kv(elm = "port")]
    port: u16,
    #[kv(elm = "item-id")]
    item: u8,
    #[kv(elm = _x)]
    x: u8,
    #[kv(elm)]
    y: u8,
    #[kv(elm = "a", elm = "b")]
    z: u8,
}

#[derive(KvField)]
#[kv(elm = "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
struct Long;

fn main() {}
