use kv_core::KvType;

#[derive(KvType)]
#[kv(ttl = "30 seconds")]
struct Words(u8);

#[derive(KvType)]
#[kv(ttl = "1.5h")]
struct Fraction(u8);

#[derive(KvType)]
#[kv(ttl = "30")]
struct NoUnit(u8);

#[derive(KvType)]
#[kv(ttl = "5M")]
struct Capital(u8);

#[derive(KvType)]
#[kv(ttl = "2 weeks")]
struct Weeks(u8);

#[derive(KvType)]
#[kv(ttl = "soon")]
struct Other(u8);

fn main() {}
