use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "user:{user}")]
struct OneUnknown {
    user_id: String,
}

#[derive(KvType)]
#[kv(key = "{tenant}:{usr}:{id}")]
struct SeveralUnknown {
    user: String,
    id: u32,
}

#[derive(KvType)]
#[kv(key = "{2}")]
struct Tuple(String, u32);

#[derive(KvType)]
#[kv(key = "{id}")]
struct Unit;

fn main() {}
