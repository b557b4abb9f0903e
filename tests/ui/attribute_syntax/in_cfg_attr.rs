use kv_core::KvType;

#[derive(KvType)]
#[cfg_attr(all(), kv(tll = "30s"))]
struct Cursor {
    #[cfg_attr(any(), kv(lenght(max = 5)))]
    absent: String,
    #[cfg_attr(all(), kv(lenght(max = 5)))]
    present: String,
}

fn main() {}
