use kv_core::KvType;

#[derive(KvType)]
#[kv(prefix = "")]
struct Empty(u8);

#[derive(KvType)]
#[kv(prefix = "cursor")]
struct End(u8);

#[derive(KvType)]
#[kv(prefix = "größe:")]
struct Umlaut(u8);

#[derive(KvType)]
#[kv(
    prefix = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:"
)]
struct Long(u8);

fn main() {}
