use kv_core::KvType;

#[derive(KvType)]
#[kv(tags = "Pointer", perfix = "p:", tll = "30s", keys = "{n}", plurals = "Pointers", colour = "red")]
struct Cursor {
    n: u8,
}

#[derive(KvType)]
#[kv(max_entry = 100, evcit = "oldest")]
struct Marker(u8);

fn main() {}
