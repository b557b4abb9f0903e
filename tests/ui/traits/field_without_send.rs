use kv_core::KvType;

use std::rc::Rc;

#[derive(KvType)]
struct Item {
    name: Rc<str>,
}

fn main() {}
