use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{ratio}")]
struct Last {
    ratio: f64,
}

#[derive(KvType)]
#[kv(key = "{users}:{n}")]
struct First {
    users: Vec<String>,
    n: Option<u8>,
}

fn main() {}
