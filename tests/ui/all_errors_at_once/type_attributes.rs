use kv_core::KvType;

#[derive(KvType)]
#[kv(
    tag = "no spaces",
    prefix = "cursor",
    ttl = "0s",
    ttle = "5s",
    key = "{n",
    plural = "ä",
    max_entries = 0,
    validate = "a b",
    len(max = 5)
)]
struct Cursor {
    n: u8,
}

fn main() {}
