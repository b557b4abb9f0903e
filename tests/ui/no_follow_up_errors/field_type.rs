use kv_core::{KvField, KvType};
use std::collections::BTreeMap;

#[derive(KvField)]
struct Item {
    #[kv(lenght(max = 5))]
    name: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, KvField)]
enum State {
    #[serde(rename(serialize = "a", deserialize = "b"))]
    On,
    Off,
}

#[derive(KvType)]
struct Cart {
    items: Vec<Item>,
    by_state: BTreeMap<State, Item>,
}

fn main() {}
