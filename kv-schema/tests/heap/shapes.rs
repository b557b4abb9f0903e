//! Values that are built as applications build them.

use super::Table;
use kv_derive::KvField;
use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::BuildHasherDefault;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A map with a fixed hasher, which is the same in every run.
type FixedMap<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Pseudorandom numbers, the same in every run. Source: Steele, Lea, Flood, "Fast splittable
/// pseudorandom number generators", 2014.
pub(super) fn scattered() -> impl Iterator<Item = u64> {
    let mut state = 7_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}

fn name(n: u64) -> String {
    format!("item-{n:06}")
}

/// Builds a list by pushing items.
fn pushed<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list = Vec::new();
    for item in items {
        list.push(item);
    }
    list
}

/// Builds a map by inserting entries, like a reader of JSON.
fn inserted<K: Ord, V>(entries: impl Iterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

fn inserted_set<T: Ord>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}

pub(super) fn pointers_and_lists(table: &mut Table) {
    table.add("String", || name(1));
    table.add("String, empty", String::new);
    table.add("String with spare capacity", || {
        let mut text = String::with_capacity(400);
        text.push('a');
        text
    });
    table.add("Box<str>", || name(1).into_boxed_str());
    table.add("Arc<str> of 3", || Arc::<str>::from("abc"));
    table.add("Rc<str> of 40", || Rc::<str>::from("0123456789012345678901234567890123456789"));
    table.add("Box<[u16]>", || vec![1_u16; 9].into_boxed_slice());
    table.add("Arc<[u8]> of 1", || Arc::<[u8]>::from([1]));
    table.add("Rc<u8>", || Rc::new(1_u8));
    table.add("Arc<u128>", || Arc::new(1_u128));
    table.add("Rc<Vec<String>>", || Rc::new(pushed((0..10).map(name))));
    table.add("Vec<u8>, collected", || (0..200).collect::<Vec<u8>>());
    table.add("Vec<u64>, pushed", || pushed(0..1000_u64));
    table.add("Vec<u64>, cleared", || {
        let mut list = pushed(0..1000_u64);
        list.clear();
        list
    });
    table.add("Vec<String>", || pushed((0..100).map(name)));
    table.add("Vec<Vec<Vec<u32>>>", || pushed((0..9).map(|n| pushed((0..n).map(|m| pushed(0..m))))));
    table.add("VecDeque<u32>", || {
        let mut queue = VecDeque::new();
        for n in 0..500_u32 {
            queue.push_back(n);
            if n % 3 == 0 {
                queue.pop_front();
            }
        }
        queue
    });
    table.add("LinkedList<u8>", || (0..50).collect::<LinkedList<u8>>());
    table.add("Option<Box<[u64; 8]>>, some", || Some(Box::new([1_u64; 8])));
    table.add("Option<Box<[u64; 8]>>, none", || None::<Box<[u64; 8]>>);
    table.add("[String; 4]", || [1, 2, 3, 4].map(name));
    table.add("(String, Vec<u8>, Option<String>)", || (name(1), vec![1_u8, 2], Some(name(2))));
    table.add("PathBuf", || PathBuf::from("/var/lib/kv").join("store.bin"));
    table.add("Box<Path>", || Box::<Path>::from(Path::new("/var/lib/kv")));
    table.add("Cow<str>, borrowed", || Cow::Borrowed("static"));
    table.add("Cow<str>, owned", || Cow::<'static, str>::Owned(name(1)));
    table.add("Result<String, Vec<u8>>", || -> Result<String, Vec<u8>> { Err(vec![1, 2, 3]) });
}

pub(super) fn trees(table: &mut Table) {
    for len in [3_u64, 11, 12, 23, 30, 50, 78, 100, 300, 1_000, 10_000] {
        table.add(format!("BTreeMap<u64, u64> of {len}, ascending"), || inserted((0..len).map(|n| (n, n))));
        table.add(format!("BTreeMap<u64, u64> of {len}, descending"), || {
            inserted((0..len).rev().map(|n| (n, n)))
        });
        let random = || scattered().take(usize::try_from(len).unwrap());
        table.add(format!("BTreeMap<u64, u64> of {len}, random"), || inserted(random().map(|n| (n, n))));
        table.add(format!("BTreeSet<(u8, u8)> of {len}, random"), || {
            inserted_set(random().map(|n| (n.to_be_bytes()[0], n.to_be_bytes()[1])))
        });
        table.add(format!("BTreeMap<String, Vec<u8>> of {len}, random"), || {
            inserted(random().map(|n| (name(n), pushed(0..9_u8))))
        });
        table.add(format!("BTreeMap<u32, bool> of {len}, ascending"), || {
            inserted((0..len).map(|n| (u32::try_from(n).unwrap(), true)))
        });
    }
    table.add("BTreeMap<u64, u64> of 10_000, two of three removed", || {
        let mut map = inserted(scattered().take(10_000).map(|n| (n, n)));
        map.retain(|n, _| n % 3 == 0);
        map
    });
    table.add("BTreeSet<u64> of 1_000, half removed", || {
        let mut set = inserted_set(0..1000_u64);
        set.retain(|n| n % 2 == 0);
        set
    });
    table.add("BTreeMap<u8, BTreeMap<u16, String>>", || {
        inserted((0..20_u8).map(|n| (n, inserted((0..u16::from(n)).map(|m| (m, name(m.into())))))))
    });
}

/// Trees that are collected from an iterator have full nodes, which the estimate cannot detect.
pub(super) fn bulk_built_trees(table: &mut Table) {
    for len in [12_u64, 100, 1_000, 10_000] {
        table.add(format!("BTreeMap<u64, u64> of {len}, collected"), || {
            (0..len).map(|n| (n, n)).collect::<BTreeMap<u64, u64>>()
        });
        table.add(format!("BTreeSet<u16> of {len}, collected"), || {
            (0..u16::try_from(len).unwrap()).collect::<BTreeSet<_>>()
        });
    }
}

pub(super) fn hashed(table: &mut Table) {
    for len in [0_u64, 1, 3, 4, 7, 8, 14, 15, 28, 29, 100, 448, 449, 10_000] {
        table.add(format!("HashMap<u64, u64> of {len}"), || {
            let mut map = HashMap::new();
            for n in 0..len {
                map.insert(n, n);
            }
            map
        });
        table.add(format!("HashSet<[u8; 3]> of up to {len}"), || {
            (0..u16::try_from(len).unwrap()).map(|n| [n.to_be_bytes()[1]; 3]).collect::<HashSet<_>>()
        });
        table.add(format!("HashMap<String, Option<u8>> of {len}, collected"), || {
            (0..len).map(|n| (name(n), Some(1))).collect::<HashMap<String, Option<u8>>>()
        });
    }
    table.add("HashSet<u8> of 3", || HashSet::from([1_u8, 2, 3]));
    table.add("HashSet<u64> with room for 1_000", || HashSet::<u64>::with_capacity(1000));
    table.add("HashMap<u32, u32> with room for 500 of 10", || {
        let mut map = HashMap::new();
        map.reserve(500);
        map.extend((0..10_u32).map(|n| (n, n)));
        map
    });
    table.add("HashMap<u64, u64> of 10_000, all but 100 removed", || emptied(10_000, 100));
    table.add("HashMap<u64, u64> of 400 after 10_000 others", || {
        let mut map: FixedMap<u64, u64> = FixedMap::default();
        for n in 0..10_400 {
            map.insert(n, n);
            if n >= 400 {
                map.remove(&(n - 400));
            }
        }
        map
    });
    table.add("HashMap<u64, u64> of 1_000, shrunk to 10", || {
        let mut map: HashMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
        map.retain(|n, _| *n < 10);
        map.shrink_to_fit();
        map
    });
    table.add("HashMap<String, HashMap<u32, Vec<String>>>", || {
        (0..30)
            .map(|n| (name(n), (0..5_u32).map(|m| (m, vec![name(m.into())])).collect()))
            .collect::<HashMap<String, HashMap<u32, Vec<String>>>>()
    });
}

fn emptied(len: u64, left: u64) -> FixedMap<u64, u64> {
    let mut map = FixedMap::default();
    map.extend((0..len).map(|n| (n, n)));
    for n in left..len {
        map.remove(&n);
    }
    map
}

/// A table that was full keeps tombstones of removed entries, which do not count as capacity.
pub(super) fn emptied_tables(table: &mut Table) {
    for (len, left) in [(14_336, 100), (14_336, 0), (448, 3)] {
        table.add(format!("HashMap<u64, u64> of {len}, all but {left} removed"), || emptied(len, left));
    }
}

#[derive(KvField)]
#[kv(crate = "::kv_schema")]
struct Profile {
    name: Name,
    tags: Vec<String>,
    best: [u32; 3],
    notes: HashMap<String, Note>,
}

#[derive(KvField)]
#[kv(crate = "::kv_schema")]
struct Name(String);

#[derive(KvField)]
#[kv(crate = "::kv_schema")]
enum Note {
    Empty,
    Text(String),
    Drawing { points: Vec<(f32, f32)> },
}

#[derive(KvField)]
#[kv(crate = "::kv_schema")]
struct Tree {
    label: Box<str>,
    first: Option<Box<Tree>>,
    others: Vec<Tree>,
}

#[derive(KvField)]
#[kv(crate = "::kv_schema")]
struct Page<T> {
    items: Vec<T>,
    next: Option<Arc<str>>,
}

fn tree(depth: u64) -> Tree {
    Tree {
        label: name(depth).into_boxed_str(),
        first: (depth > 0).then(|| Box::new(tree(depth - 1))),
        others: pushed((1..depth).map(tree)),
    }
}

pub(super) fn derived(table: &mut Table) {
    table.add("struct Profile", || Profile {
        name: Name(name(1)),
        tags: pushed((0..5).map(name)),
        best: [1, 2, 3],
        notes: HashMap::from([
            (name(1), Note::Empty),
            (name(2), Note::Text(name(2))),
            (name(3), Note::Drawing { points: pushed((0..7_u8).map(|n| (n.into(), 0.0))) }),
        ]),
    });
    table.add("newtype Name", || Name(name(1)));
    table.add("enum Note, unit", || Note::Empty);
    table.add("enum Note, struct", || Note::Drawing { points: vec![(0.0, 1.0); 3] });
    table.add("recursive Tree", || tree(6));
    table
        .add("generic Page<Tree>", || Page { items: pushed((0..4).map(tree)), next: Some(Arc::from("tok")) });
}

#[cfg(all(feature = "indexmap", feature = "serde_json", feature = "smol_str", feature = "url"))]
pub(super) fn foreign(table: &mut Table) {
    use indexmap::{IndexMap, IndexSet};
    use serde_json::{Map, Value, json};
    use smol_str::SmolStr;
    use url::Url;

    for len in [0, 3, 4, 8, 100, 10_000] {
        table.add(format!("IndexMap<String, u64> of {len}, inserted"), || {
            let mut map = IndexMap::new();
            for n in 0..len {
                map.insert(name(n), n);
            }
            map
        });
        table.add(format!("IndexSet<u32> of {len}, collected"), || {
            (0..u32::try_from(len).unwrap()).collect::<IndexSet<_>>()
        });
        table.add(format!("serde_json::Map of {len}"), || {
            let mut map = Map::new();
            for n in scattered().take(usize::try_from(len).unwrap()) {
                map.insert(name(n), json!({ "n": n }));
            }
            map
        });
    }
    table.add("IndexMap<u8, u8> with room for 1_000", || IndexMap::<u8, u8>::with_capacity(1000));
    table.add("IndexMap<u64, u64> of 1_000, 900 removed", || {
        let mut map: IndexMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
        map.retain(|n, _| n % 10 == 0);
        map
    });
    table.add("SmolStr, inline", || SmolStr::new("short"));
    table.add("SmolStr, shared", || SmolStr::new("longer than what stands in the value itself"));
    table.add("Value, number", || json!(1.5));
    table.add("Value, parsed", || {
        let text = r#"{"id": 7, "tags": ["a", "b", "c"], "nested": {"deep": {"er": [1, 2, {"x": null}]}},
            "text": "some words that stand here", "ok": true}"#;
        serde_json::from_str::<Value>(text).unwrap()
    });
    table.add("Value, array of 200 objects", || {
        Value::Array(pushed((0..200).map(|n| json!({ "id": n, "name": name(n), "on": n % 2 == 0 }))))
    });
    table.add("Url", || Url::parse("https://acme.example/a/path?with=query#and-fragment").unwrap());
    table.add("Vec<Url>", || {
        pushed((0..50).map(|n| Url::parse(&format!("https://acme.example/{}", name(n))).unwrap()))
    });
}

/// The capacity of a `Url` is not accessible. It is that of the parsed text, unless parsing
/// lengthened it.
#[cfg(feature = "url")]
pub(super) fn lengthened_urls(table: &mut Table) {
    for text in ["https://acme.example", "https://müller.example/größe?x=ä"] {
        table.add(format!("Url of {text}"), || url::Url::parse(text).unwrap());
    }
}
