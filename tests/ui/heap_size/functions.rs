use kv_core::KvType;

#[derive(KvType)]
struct Functions {
    #[kv(heap_size = "missing")]
    a: u8,
    #[kv(heap_size = "of_text")]
    b: u8,
    #[kv(heap_size = "signed")]
    c: u8,
}

fn of_text(_: &str) -> usize {
    0
}

fn signed(_: &u8) -> i32 {
    0
}

fn main() {}
