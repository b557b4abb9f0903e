use kv_core::KvType;

#[derive(KvType)]
struct Customs {
    #[kv(custom = "is_even")]
    a: String,
    #[kv(each(custom = "is_even"))]
    b: Vec<bool>,
}

fn is_even(n: &u8) -> Result<(), String> {
    if n % 2 == 0 { Ok(()) } else { Err("must be even".to_owned()) }
}

fn main() {}
