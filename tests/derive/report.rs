//! The report of `validate`: every violation, in field order, with a JSON pointer to its place.

use kv_core::{KvField, KvType, Param};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Returns the report as lines of `pointer rule: message`.
fn report<T: KvType>(value: &T) -> Vec<String> {
    match value.validate() {
        Ok(()) => Vec::new(),
        Err(errors) => errors.iter().map(|v| format!("{} {}: {}", v.pointer, v.rule, v.message)).collect(),
    }
}

/// Asserts that every pointer of the report exists in the value's JSON.
fn assert_pointers_exist<T: KvType + Serialize>(value: &T) {
    let json = serde_json::to_value(value).unwrap();
    for violation in &value.validate().unwrap_err() {
        assert!(json.pointer(&violation.pointer).is_some(), "{} does not exist in {json}", violation.pointer);
    }
}

#[derive(Serialize, KvField)]
struct Item {
    #[kv(len(min = 1, max = 3))]
    name: String,
    #[kv(range(min = 1))]
    count: u32,
}

fn item(name: &str, count: u32) -> Item {
    Item { name: name.to_owned(), count }
}

#[derive(Serialize, KvType)]
struct Order {
    #[kv(one_of("new", "paid"))]
    state: String,
    #[kv(len(max = 2))]
    items: Vec<Item>,
    #[kv(each(non_empty, len(max = 4)), non_empty)]
    tags: Option<Vec<String>>,
    #[kv(range(min = -1.5, max = 1.5))]
    factor: f32,
    #[kv(custom = "checks::even", custom = "checks::below_ten")]
    #[serde(rename = "the/number")]
    number: i64,
    by_name: BTreeMap<String, Item>,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, KvField)]
struct Extra {
    #[kv(non_empty)]
    note: String,
}

mod checks {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "a rule's function takes a reference")]
    pub(super) fn even(n: &i64) -> Result<(), &'static str> {
        if n % 2 == 0 { Ok(()) } else { Err("must be even") }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "a rule's function takes a reference")]
    pub(super) fn below_ten(n: &i64) -> Result<(), String> {
        if *n < 10 { Ok(()) } else { Err(format!("must be below 10, not {n}")) }
    }
}

fn valid_order() -> Order {
    Order {
        state: "new".to_owned(),
        items: vec![item("a", 1)],
        tags: None,
        factor: 1.5,
        number: 8,
        by_name: BTreeMap::new(),
        extra: Extra { note: "x".to_owned() },
    }
}

#[test]
fn valid_value_has_no_violations() {
    assert_eq!(report(&valid_order()), [""; 0]);
}

#[test]
fn every_violation_is_reported_in_field_order() {
    let order = Order {
        state: "lost".to_owned(),
        items: vec![item("a", 1), item("long", 0), item("", 1)],
        tags: Some(vec![String::new(), "tiny".to_owned(), "too long".to_owned()]),
        factor: -2.0,
        number: 11,
        by_name: BTreeMap::from([("b~".to_owned(), item("", 1)), ("a/b".to_owned(), item("x", 0))]),
        extra: Extra { note: String::new() },
    };
    assert_eq!(
        report(&order),
        [
            "/state one_of: must be one of new, paid",
            "/items len: must have at most 2 items",
            "/items/1/name len: must have 1 to 3 characters",
            "/items/1/count range: must be at least 1",
            "/items/2/name len: must have 1 to 3 characters",
            "/tags/0 non_empty: must not be empty",
            "/tags/2 len: must have at most 4 characters",
            "/factor range: must be from -1.5 to 1.5",
            "/the~1number custom: must be even",
            "/the~1number custom: must be below 10, not 11",
            "/by_name/a~1b/count range: must be at least 1",
            "/by_name/b~0/name len: must have 1 to 3 characters",
            "/note non_empty: must not be empty",
        ]
    );
    assert_pointers_exist(&order);
}

#[test]
fn violation_has_the_parameters_of_the_attribute() {
    let order = Order { state: "x".to_owned(), factor: 9.0, number: 1, ..valid_order() };
    let errors = order.validate().unwrap_err();
    let params: Vec<_> = errors.iter().map(|v| v.params.clone()).collect();
    assert_eq!(
        params,
        [
            vec![("allowed", Param::Texts(&["new", "paid"]))],
            vec![("min", Param::Float(-1.5)), ("max", Param::Float(1.5))],
            vec![("name", Param::Text("even"))],
        ]
    );
}

#[derive(Serialize, KvType)]
struct Tuple(#[kv(non_empty)] String, #[serde(skip)] u8, #[kv(range(max = 1))] u8);

#[derive(Serialize, KvType)]
struct Newtype(#[kv(non_empty)] String);

#[derive(Serialize, KvType)]
#[serde(transparent)]
struct Transparent {
    #[kv(each(range(max = 1)))]
    inner: [u8; 3],
}

#[test]
fn pointers_follow_the_wire_form() {
    let tuple = Tuple(String::new(), 0, 2);
    assert_eq!(report(&tuple), ["/0 non_empty: must not be empty", "/1 range: must be at most 1"]);
    assert_pointers_exist(&tuple);
    assert_eq!(report(&Newtype(String::new())), [" non_empty: must not be empty"]);
    assert_eq!(report(&Transparent { inner: [1, 2, 0] }), ["/1 range: must be at most 1"]);
}

macro_rules! tagged {
    ($name:ident, $($attr:tt)*) => {
        #[derive(Serialize, Deserialize, KvType)]
        $($attr)*
        enum $name {
            Unit,
            Wrapped(Inner),
            Fields {
                #[kv(range(min = 1))]
                n: u8,
                inner: Inner,
            },
        }

        impl $name {
            fn broken() -> [Self; 2] {
                [Self::Wrapped(Inner { x: f64::NAN }), Self::Fields { n: 0, inner: Inner { x: f64::NAN } }]
            }
        }
    };
}

#[derive(Serialize, Deserialize, KvField)]
struct Inner {
    x: f64,
}

tagged!(External, #[serde(rename_all = "snake_case")]);
tagged!(Internal, #[serde(tag = "type")]);
tagged!(Adjacent, #[serde(tag = "t", content = "c")]);
tagged!(Untagged, #[serde(untagged)]);

#[test]
fn pointers_follow_the_tagging_of_an_enum() {
    fn pointers<T: KvType + Serialize>(values: &[T; 2]) -> Vec<Vec<String>> {
        let of = |value: &T| {
            assert_pointers_exist(value);
            value.validate().unwrap_err().iter().map(|v| v.pointer.clone()).collect()
        };
        values.iter().map(of).collect()
    }
    assert_eq!(pointers(&External::broken()), [vec!["/wrapped/x"], vec!["/fields/n", "/fields/inner/x"]]);
    assert_eq!(pointers(&Internal::broken()), [vec!["/x"], vec!["/n", "/inner/x"]]);
    assert_eq!(pointers(&Adjacent::broken()), [vec!["/c/x"], vec!["/c/n", "/c/inner/x"]]);
    assert_eq!(pointers(&Untagged::broken()), [vec!["/x"], vec!["/n", "/inner/x"]]);
    for units in [External::Unit.validate(), Internal::Unit.validate(), Adjacent::Unit.validate()] {
        assert!(units.is_ok());
    }
    assert!(Untagged::Unit.validate().is_ok());
}

#[derive(KvField)]
struct Page<T> {
    #[kv(len(max = 2))]
    items: Vec<T>,
    next: Option<Box<Page<T>>>,
}

#[derive(KvType)]
struct Pages {
    pages: Page<Newtype>,
    hashed: HashMap<u32, f64>,
}

#[test]
fn generic_and_recursive_types_are_checked_at_every_depth() {
    let page = |items: &[&str], next| Page {
        items: items.iter().map(|text| Newtype((*text).to_owned())).collect(),
        next,
    };
    let last = page(&["a", ""], None);
    let pages = page(&["a", "b", "c"], Some(Box::new(last)));
    let hashed = (0..200).map(|n| (n, f64::NAN)).collect();
    let errors = Pages { pages, hashed }.validate().unwrap_err();
    let pointers: Vec<_> = errors.iter().take(3).map(|v| v.pointer.as_str()).collect();
    assert_eq!(pointers, ["/pages/items", "/pages/next/items/1", "/hashed/0"]);
    assert_eq!((errors.violations().len(), errors.violations()[99].pointer.as_str()), (100, "/hashed/97"));
    assert_eq!(errors.more(), 102);
}
