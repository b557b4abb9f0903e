use kv_core::KvType;

#[derive(KvType)]
struct Customs {
    #[kv(custom = "is_short")]
    a: String,
    #[kv(custom = "checks::is_short")]
    b: String,
}

fn main() {}
