use kv_core::{KvField, KvType};

struct Version(u8);

#[derive(KvType)]
struct Release {
    #[kv(wire = "not a type")]
    a: Version,
    #[kv(wire)]
    b: Version,
    #[kv(wire = String)]
    c: Version,
    #[kv(wire = "String", opaque)]
    d: Version,
    #[kv(wire = "Vec<Version>")]
    e: Vec<Version>,
}

#[derive(KvField)]
#[kv(wire = "")]
enum Empty {
    A(Version),
}

#[derive(KvField)]
#[kv(example = "a")]
struct Alone(String);

fn main() {}
