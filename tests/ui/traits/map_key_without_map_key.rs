use kv_core::{KvField, KvType};
use std::collections::{BTreeMap, HashMap};

#[derive(KvType)]
struct Index {
    by_bytes: HashMap<Vec<u8>, u8>,
    by_ratio: BTreeMap<Ordered, u8>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, KvField)]
enum Ordered {
    Unit,
    Full(u8),
}

fn main() {}
