use kv_core::KvField;

#[derive(KvField)]
union Bits {
    a: u32,
    b: f32,
}

fn main() {}
