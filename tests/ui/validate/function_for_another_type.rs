use kv_core::KvType;

#[derive(KvType)]
#[kv(validate = "is_ordered")]
struct Span(u8, u8);

fn is_ordered(_: &u8) -> Result<(), String> {
    Ok(())
}

fn main() {}
