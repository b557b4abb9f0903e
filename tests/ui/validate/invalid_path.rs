use kv_core::KvType;

#[derive(KvType)]
#[kv(validate = "is ordered")]
struct Span(u8, u8);

#[derive(KvType)]
#[kv(validate = "")]
struct Empty(u8, u8);

#[derive(KvType)]
#[kv(validate = is_ordered)]
struct NoText(u8, u8);

fn main() {}
