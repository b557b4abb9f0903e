use kv_core::KvType;

#[derive(KvType)]
struct Customs {
    #[kv(custom = "not a path")]
    a: String,
    #[kv(custom = "")]
    b: String,
    #[kv(custom = "|s| Ok(())")]
    c: String,
}

fn main() {}
