use kv_core::KvType;

#[derive(KvType)]
#[kv(crate = "not a path")]
struct NoPath {
    #[kv(lenght(max = 5))]
    name: String,
}

fn main() {
    let _ = NoPath { name: String::new() };
}
