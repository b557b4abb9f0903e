//! Types and texts that were made to be costly.

use kv_core::{Access, Catalog, Codec, KvField, KvType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// A name, the codec of a type, and a text of about as many bytes.
pub(crate) type Hostile = (&'static str, Codec, fn(usize) -> String);

pub(crate) fn all() -> Vec<Hostile> {
    vec![
        ("strangers in 11 levels of 3 variants", codec::<Formula>(), |bytes| {
            let strangers: Vec<_> = (0..bytes * 9 / 100).map(|nth| format!("\"j{nth}\":0")).collect();
            let innermost = format!("{{{}}}", strangers.join(","));
            format!("{{\"expr\":{}{innermost}{}}}", "{\"next\":".repeat(11), "}".repeat(11))
        }),
        ("a text in 11 levels of 3 variants", codec::<Formula>(), |bytes| {
            let innermost = format!("{{\"leaf\":\"{}\"}}", "a".repeat(bytes));
            format!("{{\"expr\":{}{innermost}{}}}", "{\"next\":".repeat(11), "}".repeat(11))
        }),
        ("wrong items under a long name", codec::<Lists>(), |bytes| {
            let items = vec!["\"\""; bytes / 6].join(",");
            format!("{{\"lists\":{{\"{}\":[{items}]}}}}", "n".repeat(bytes / 2))
        }),
        ("wrong and ruled items under a long name", codec::<Lists>(), |bytes| {
            let items = vec!["\"\",0"; bytes / 10].join(",");
            format!("{{\"lists\":{{}},\"ruled\":{{\"{}\":[{items}]}}}}", "n".repeat(bytes / 2))
        }),
        ("text under reserved names", codec::<Opaque>(), |bytes| {
            let mut json = "1".to_owned();
            while json.len() < bytes / 2 {
                json = format!("{}{json}{}", "[".repeat(120), "]".repeat(120));
                json = format!("{{\"$serde_json::private::RawValue\":{}}}", Value::String(json));
            }
            format!("{{\"any\":{json}}}")
        }),
    ]
}

fn codec<T: KvType + Serialize + DeserializeOwned>() -> Codec {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().expect("a sound type");
    *catalog.codec(T::TYPE_TAG).expect("it is exposed")
}

#[derive(Serialize, Deserialize, KvType)]
struct Formula {
    expr: Expr,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Expr {
    And { next: Box<Expr>, and: u8 },
    Or { next: Box<Expr>, or: u8 },
    Not { next: Box<Expr>, not: u8 },
    Leaf { leaf: u8 },
}

#[derive(Serialize, Deserialize, KvType)]
struct Lists {
    lists: HashMap<String, Vec<i32>>,
    #[serde(default)]
    ruled: HashMap<String, Vec<Ruled>>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Ruled(#[kv(non_empty)] String);

#[derive(Serialize, Deserialize, KvType)]
struct Opaque {
    #[kv(opaque)]
    any: Value,
}
