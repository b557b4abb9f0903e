use kv_core::KvType;

#[derive(KvType)]
#[kv(plural = "two words")]
struct Memory(u8);

#[derive(KvType)]
#[kv(plural = "")]
struct Nothing(u8);

fn main() {}
