use kv_core::KvType;

#[derive(KvType)]
struct Customs {
    #[kv(custom = "is_even")]
    a: u8,
}

fn is_even(n: &u8) -> bool {
    n % 2 == 0
}

fn main() {}
