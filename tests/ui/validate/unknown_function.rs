use kv_core::KvType;

#[derive(KvType)]
#[kv(validate = "is_ordered")]
struct Span(u8, u8);

#[derive(KvType)]
#[kv(validate = "checks::is_ordered")]
struct Other(u8, u8);

fn main() {}
