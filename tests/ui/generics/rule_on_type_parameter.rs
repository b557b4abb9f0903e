use kv_core::KvField;

#[derive(KvField)]
struct Page<T> {
    #[kv(len(max = 5))]
    title: T,
}

fn main() {}
