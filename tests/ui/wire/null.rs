use kv_core::KvType;

struct Version(u8);

#[derive(KvType)]
struct Release {
    #[kv(wire = "String")]
    a: Option<Version>,
    #[serde(with = "maybe")]
    #[kv(wire = "Option<String>")]
    b: Option<Version>,
    #[serde(with = "maybe", default)]
    #[kv(wire = "Option<String>")]
    fine: Option<Version>,
}

fn main() {}
