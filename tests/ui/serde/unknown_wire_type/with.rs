use kv_core::KvType;

#[derive(KvType)]
struct Fields {
    #[serde(with = "as_text")]
    both: u64,
    #[serde(serialize_with = "to_text")]
    written: u64,
    #[serde(deserialize_with = "from_text")]
    read: u64,
    #[serde(with = "as_text")]
    #[kv(opaque)]
    fine: u64,
}

#[derive(KvType)]
enum Variants {
    #[serde(with = "as_text")]
    A(u64),
}

fn main() {}
