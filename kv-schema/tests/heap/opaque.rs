//! Estimates for opaque fields through `Serialize`.

use super::Table;
use super::counting::measured;
use super::shapes::scattered;
use kv_derive::KvField;
use kv_schema::KvField;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// A type with an opaque field, whose heap size is estimated.
#[derive(KvField)]
#[kv(crate = "::kv_schema")]
struct Unknown<T: Serialize + 'static>(#[kv(opaque)] Foreign<T>);

/// A type that does not implement `KvField`, regardless of its content.
#[derive(Serialize, Deserialize)]
struct Foreign<T>(T);

/// Returns the estimate for a value.
fn estimate<T: Serialize>(value: &T) -> usize {
    kv_schema::__private::opaque::BySerialize::<T>::SIZE.unwrap()(value)
}

fn add<T: Serialize + DeserializeOwned>(table: &mut Table, shape: &str, json: &str) {
    table.add_measured_by(shape, || serde_json::from_str::<T>(json).unwrap(), estimate);
}

fn list(item: &str, len: usize) -> String {
    format!("[{}]", vec![item; len].join(","))
}

#[test]
fn estimate_of_json_is_at_least_four_fifths_and_at_most_twice_the_requested_bytes() {
    let mut table = Table::default();
    for len in [1, 3, 4, 5, 17, 1000, 20_000] {
        for item in
            ["[]", "0", "null", "{}", r#"{"a":0}"#, r#""a""#, r#""""#, "[[]]", "[0,0,0]", "1e300", "true"]
        {
            // The list is not empty, because an empty value owns nothing and has no ratio.
            add::<Value>(&mut table, &format!("{len} of {item}"), &list(item, len));
        }
    }
    add::<Value>(&mut table, "a long text", &format!("\"{}\"", "x".repeat(60_000)));
    add::<Value>(&mut table, "an escaped text", &format!("\"{}\"", "\\n".repeat(30_000)));
    for len in [1, 11, 12, 100, 5000] {
        let members: Vec<_> = (0..len).map(|n| format!("\"k{n}\":{n}")).collect();
        add::<Value>(&mut table, &format!("an object of {len}"), &format!("{{{}}}", members.join(",")));
    }
    add::<Value>(&mut table, "60 deep", &format!("{}0{}", "[".repeat(60), "]".repeat(60)));
    add::<Value>(&mut table, "60 deep in objects", &format!("{}0{}", r#"{"a":"#.repeat(60), "}".repeat(60)));
    table.assert_within("any JSON", 0.8, 2.0);
}

/// JSON of every shape, the same in every run.
fn random(numbers: &mut impl Iterator<Item = u64>, depth: u32) -> String {
    let mut below = |n: u64| numbers.next().unwrap() % n;
    let kind = below(if depth == 0 { 5 } else { 8 });
    match kind {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => below(1_000_000).to_string(),
        3 => format!("{}.5", below(1000)),
        4 => format!("\"{}\"", "é".repeat(usize::try_from(below(40)).unwrap())),
        5 | 6 => {
            let len = below(12);
            let items: Vec<_> = (0..len).map(|_| random(numbers, depth - 1)).collect();
            format!("[{}]", items.join(","))
        }
        _ => {
            let len = below(16);
            let members: Vec<_> =
                (0..len).map(|n| format!("\"member-{n}\":{}", random(numbers, depth - 1))).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

#[test]
fn estimate_of_random_json_is_within_limits() {
    let mut numbers = scattered();
    let mut compared = 0;
    for _ in 0..2000 {
        let json = random(&mut numbers, 5);
        let (value, measured) = measured(|| serde_json::from_str::<Value>(&json).unwrap());
        let estimated = estimate(&value);
        assert!(estimated * 10 >= measured * 8, "{estimated} for {measured}: {json}");
        assert!(estimated <= measured * 2, "{estimated} for {measured}: {json}");
        compared += usize::from(measured > 1000);
    }
    assert!(compared > 200, "{compared}");
}

#[derive(Serialize, Deserialize)]
struct Order {
    id: u64,
    tags: Vec<String>,
    lines: Vec<Line>,
    by_name: HashMap<String, Line>,
    sorted: BTreeMap<String, f32>,
    state: State,
    parent: Option<Box<Self>>,
    pixels: Vec<u8>,
    points: Vec<(f32, f32)>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Line {
    article: String,
    count: u32,
    note: Option<String>,
}

#[derive(Serialize, Deserialize)]
enum State {
    Open,
    Sum(Box<Self>, Box<Self>),
    Sent { to: String },
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Number(i64),
    Text(String),
    Many(Vec<Self>),
}

#[derive(Serialize, Deserialize)]
struct Chain {
    next: Option<Box<Self>>,
    values: [u64; 6],
}

#[derive(Serialize, Deserialize)]
struct Open {
    id: u32,
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

#[test]
fn estimate_of_other_types_is_at_least_four_fifths() {
    let mut table = Table::default();
    let line = r#"{"article":"a long name of an article","count":3,"note":null}"#;
    let order = format!(
        r#"{{"id":1,"tags":["a","b","c"],"lines":{},"by_name":{{"a":{line},"b":{line}}},"sorted":{{"a":1,"b":2}},
            "state":{{"Sum":["Open",{{"Sum":["Open",{{"Sent":{{"to":"someone"}}}}]}}]}},"parent":null,
            "pixels":{},"points":{}}}"#,
        list(line, 40),
        list("7", 500),
        list("[1,2]", 100)
    );
    add::<Order>(&mut table, "an order", &order);
    add::<Vec<Line>>(&mut table, "lines", &list(line, 100));
    add::<Vec<State>>(&mut table, "an enum", &list(r#"{"Sum":["Open","Open"]}"#, 100));
    add::<Vec<Scalar>>(&mut table, "untagged numbers", &list("7", 1000));
    add::<Vec<Scalar>>(&mut table, "untagged lists", &list("[1,2,3]", 1000));
    add::<HashMap<String, Line>>(&mut table, "a table", &format!("{{\"a\":{line},\"b\":{line}}}"));
    add::<BTreeMap<String, Vec<u8>>>(&mut table, "a tree", r#"{"a":[1,2,3],"b":[],"c":[1]}"#);
    let chain = format!("{}null{}", r#"{"next":"#.repeat(60), r#","values":[1,2,3,4,5,6]}"#.repeat(60));
    add::<Chain>(&mut table, "a chain", &chain);
    add::<Open>(&mut table, "open members", r#"{"id":1,"a":[0,0,0],"b":"text","c":null}"#);
    add::<bytes::Bytes>(&mut table, "shared bytes", &list("7", 20_000));
    add::<Vec<bytes::Bytes>>(&mut table, "shared bytes, many", &list("[1,2,3]", 1000));
    table.assert_within("other types", 0.8, 3.0);
}

#[test]
fn derived_type_counts_an_opaque_field() {
    let value = Unknown(Foreign(vec!["a text".to_owned(); 10]));
    assert_eq!(value.heap_size(), estimate(&value.0));
    assert!(value.heap_size() >= 10 * (size_of::<String>() + 6));
}

#[test]
fn value_counts_up_to_an_error_of_serialization() {
    struct Failing;
    impl Serialize for Failing {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("not today"))
        }
    }
    assert_eq!(estimate(&("four".to_owned(), Failing)), 4);
}
