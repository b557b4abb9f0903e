use kv_core::KvField;

#[derive(KvField)]
#[kv(validat = "is_set")]
union Bits {
    a: u32,
    b: f32,
}

fn main() {}
