use kv_core::KvType;

#[derive(KvType)]
#[kv(tag = "")]
struct Empty(u8);

#[derive(KvType)]
#[kv(tag = "7cursors")]
struct Digit(u8);

#[derive(KvType)]
#[kv(tag = "no spaces")]
struct Space(u8);

#[derive(KvType)]
#[kv(tag = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
struct Long(u8);

fn main() {}
