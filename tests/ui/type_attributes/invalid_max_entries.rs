use kv_core::KvType;

#[derive(KvType)]
#[kv(max_entries = 0, evict = "oldest")]
struct Zero(u8);

#[derive(KvType)]
#[kv(max_entries = -1, evict = "oldest")]
struct Negative(u8);

#[derive(KvType)]
#[kv(max_entries = 1000.0, evict = "oldest")]
struct Fraction(u8);

#[derive(KvType)]
#[kv(max_entries = 4294967296, evict = "oldest")]
struct TooMany(u8);

#[derive(KvType)]
#[kv(max_entries = 340282366920938463463374607431768211456, evict = "oldest")]
struct Huge(u8);

#[derive(KvType)]
#[kv(max_entries = "1000", evict = "oldest")]
struct Text(u8);

#[derive(KvType)]
#[kv(max_entries = MAX, evict = "oldest")]
struct Constant(u8);

#[derive(KvType)]
#[kv(max_entries = 1k, evict = "oldest")]
struct Unit(u8);

fn main() {}
