use kv_core::KvType;

struct Version(u8);

#[derive(KvType)]
struct Release {
    #[serde(skip)]
    #[kv(wire = "String", example = "1", heap_size = "none")]
    a: Version,
}

fn none(_: &Version) -> usize {
    0
}

fn main() {}
