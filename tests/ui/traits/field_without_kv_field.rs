use kv_core::KvType;

struct Unknown;

#[derive(KvType)]
struct Cursor {
    alone: Unknown,
    inside: Vec<Option<Unknown>>,
}

fn main() {}
