use kv_core::KvType;

#[derive(KvType)]
#[kv(ttl = "1h", max_ttl = "30m")]
struct ShorterThanTheTtl(u8);

#[derive(KvType)]
#[kv(max_ttl = "0s")]
struct Zero(u8);

#[derive(KvType)]
#[kv(max_ttl = "1 day")]
struct AnotherForm(u8);

#[derive(KvType)]
#[kv(max_ttl = "never")]
struct AnotherWord(u8);

#[derive(KvType)]
#[kv(max_ttl)]
struct Nothing(u8);

#[derive(KvType)]
#[kv(max_ttl = 30)]
struct ANumber(u8);

#[derive(KvType)]
#[kv(max_ttl = "1h", max_ttl = "2h")]
struct Twice(u8);

#[derive(KvType)]
#[kv(max_tll = "1h")]
struct Misspelt(u8);

fn main() {}
