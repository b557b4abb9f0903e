use kv_core::KvType;

#[derive(KvType)]
#[kv(rename_all = "camelCase")]
struct Account {
    #[kv(rename = "userName")]
    name: String,
    #[kv(default)]
    visits: u32,
}

fn main() {}
