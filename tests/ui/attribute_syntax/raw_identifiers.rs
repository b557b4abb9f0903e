use kv_core::KvType;

#[derive(KvType)]
#[kv(key = "{typ}", r#ttl = "soon")]
struct Cursor {
    r#type: String,
    #[kv(r#len(r#min = 2, r#max = 1))]
    r#match: String,
}

fn main() {}
