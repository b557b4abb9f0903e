use kv_core::KvType;

#[derive(KvType)]
struct Visit {
    #[kv(js_safe)]
    a: Name,
    #[kv(len(max = 5))]
    b: Count,
}

type Name = String;
type Count = u64;

fn main() {}
