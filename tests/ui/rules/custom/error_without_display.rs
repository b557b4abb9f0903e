use kv_core::KvType;

#[derive(KvType)]
struct Customs {
    #[kv(custom = "is_even")]
    a: u8,
}

struct Odd;

fn is_even(n: &u8) -> Result<(), Odd> {
    if n % 2 == 0 { Ok(()) } else { Err(Odd) }
}

fn main() {}
