use kv_core::KvField;

#[derive(KvField)]
#[serde(remote = "Elsewhere")]
struct Mirror {
    #[serde(getter = "Elsewhere::n")]
    n: u8,
}

struct Elsewhere {
    n: u8,
}

impl Elsewhere {
    fn n(&self) -> &u8 {
        &self.n
    }
}

fn main() {}
