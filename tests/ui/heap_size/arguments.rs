use kv_core::KvType;

#[derive(KvType)]
#[kv(heap_size)]
struct Words {
    #[kv(opaque, heap_size = 7)]
    a: u8,
    #[kv(heap_size = "a b")]
    b: u8,
    #[kv(heap_size = "one", heap_size = "two")]
    c: u8,
    #[kv(skip, heap_size = "one")]
    d: u8,
    #[kv(each(heap_size = "one"))]
    e: Vec<u8>,
}

fn main() {}
