use kv_core::KvType;

#[derive(KvType)]
struct Patterns {
    #[kv(pattern = "[a-z]{1,1000}-")]
    a: String,
    #[kv(len(max = 64), each(pattern = "(?:a?){100}b"))]
    b: Vec<String>,
    #[kv(pattern = "^(?:[a-z]{1,100}-){1,100}$")]
    c: String,
    #[kv(pattern = "^[a-z]{1,1000}-$")]
    fine: String,
}

fn main() {}
