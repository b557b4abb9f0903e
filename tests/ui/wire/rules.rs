use kv_core::{KvField, KvType};

struct Version(u8);

#[derive(KvType)]
struct Release {
    #[kv(wire = "String", len(max = 5))]
    version: Version,
    #[kv(wire = "String", custom = "is_stable", pattern = "^[a-z]+$", non_empty)]
    other: Version,
    #[kv(wire = "u64", any_int)]
    fine: Version,
}

#[derive(KvField)]
#[kv(wire = "String")]
struct Inside {
    #[kv(len(max = 5))]
    text: String,
}

fn is_stable(_: &Version) -> Result<(), String> {
    Ok(())
}

fn main() {}
