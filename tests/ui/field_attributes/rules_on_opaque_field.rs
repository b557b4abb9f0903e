use kv_core::KvType;

#[derive(KvType)]
struct Opaque {
    #[kv(opaque, non_empty)]
    a: String,
    #[kv(opaque, len(max = 5), custom = "is_short", range(min = 1))]
    b: String,
}

fn is_short(_: &str) -> Result<(), String> {
    Ok(())
}

fn main() {}
