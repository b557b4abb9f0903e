use kv_core::KvType;

struct Version(u8);

#[derive(KvType)]
#[kv(key = "release:{version}")]
struct Release {
    #[kv(wire = "String")]
    version: Version,
}

#[derive(KvType)]
#[kv(key = "{n}", wire = "String")]
struct Whole {
    n: u8,
}

fn main() {}
