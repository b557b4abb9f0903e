use kv_core::KvType;

#[derive(KvType)]
struct Addresses {
    #[kv(email)]
    a: u64,
    #[kv(url)]
    b: f32,
    #[kv(email)]
    c: Vec<String>,
    #[kv(url)]
    d: std::net::IpAddr,
}

fn main() {}
