use kv_core::{KvField, KvType};

#[derive(KvField)]
struct Borrowed<'a, 'b: 'a, T: 'a, const N: usize>
where
    T: Clone,
{
    items: &'a [T; N],
    name: &'b str,
}

#[derive(KvType)]
struct Holder {
    inside: Borrowed<'static, 'static, u8, 4>,
}

fn main() {}
