use kv_core::KvType;

#[derive(KvType)]
#[kv(tag = Cursor, ttl = 30)]
struct Pointer {
    #[kv(custom = checks::is_short)]
    name: String,
    #[kv(pattern = "^[a-z]$"px)]
    user: String,
}

#[derive(KvType)]
#[kv(max_entries = 100, evict = oldest)]
struct Marker(u8);

fn main() {}
