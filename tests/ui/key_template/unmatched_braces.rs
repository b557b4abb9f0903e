use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{")]
struct Unclosed(String);

#[derive(KvType)]
#[kv(key = "0}")]
struct Unopened(String);

#[derive(KvType)]
#[kv(key = "{}")]
struct NoName(String);

#[derive(KvType)]
#[kv(key = "{{0}}")]
struct Nested(String);

fn main() {}
