//! Violations of rules are reported together with those of types.

use kv_core::{Access, Catalog, DecodeError, DecodeOptions, KvField, KvType, ValidationErrors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

fn errors<T: KvType + Serialize + DeserializeOwned>(json: &str) -> ValidationErrors {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap();
    match catalog.codec(T::TYPE_TAG).unwrap().decode(json.as_bytes(), DecodeOptions::new()) {
        Err(DecodeError::Value(errors)) => errors,
        Err(error) => panic!("{json} has another flaw: {error}"),
        Ok(decoded) => decoded.value.downcast_ref::<T>().unwrap().validate().unwrap_err(),
    }
}

/// Returns the places and rules of the violations.
fn places<T: KvType + Serialize + DeserializeOwned>(json: &str) -> Vec<String> {
    errors::<T>(json).iter().map(|v| format!("{} {}", v.pointer, v.rule)).collect()
}

#[derive(Serialize, Deserialize, KvType)]
struct CursorPosition {
    x: i32,
    y: i32,
    #[kv(len(min = 1, max = 64))]
    item_id: String,
    #[kv(pattern = "^[0-9]+$")]
    user_id: String,
}

#[test]
fn wrong_type_does_not_hide_a_violated_rule() {
    let json = r#"{"x":3,"y":"4","item_id":"","user_id":"7"}"#;
    let errors = errors::<CursorPosition>(json);
    let said: Vec<_> = errors.iter().map(|v| (v.pointer.as_str(), v.rule, v.message.as_str())).collect();
    assert_eq!(
        said,
        [("/y", "type", "must be a whole number"), ("/item_id", "len", "must have 1 to 64 characters")]
    );
    // In field order, not in the order of the members.
    let json = r#"{"user_id":"x","item_id":"","y":"4","more":1}"#;
    assert_eq!(places::<CursorPosition>(json), ["/x type", "/y type", "/item_id len", "/user_id pattern"]);
}

#[derive(Serialize, Deserialize, KvType)]
struct Ruled {
    #[kv(non_empty)]
    name: String,
    #[kv(len(min = 1, max = 2), each(len(max = 3), pattern = "^[a-z]*$"))]
    tags: Vec<String>,
    #[kv(range(min = 0, max = 100))]
    percent: Option<u8>,
    #[kv(range(min = 0.1, max = 0.5))]
    half: f32,
    #[kv(one_of("light", "dark"))]
    theme: String,
    #[kv(email)]
    mail: String,
    #[kv(url)]
    home: String,
    #[kv(each(range(max = 9)))]
    by_place: BTreeMap<u8, u32>,
    #[kv(each(each(non_empty)))]
    rows: Vec<Vec<String>>,
    #[kv(len(max = 1))]
    set: HashSet<String>,
    inner: Inner,
    #[serde(flatten)]
    flat: Flat,
    choice: Choice,
    #[serde(default)]
    keyed: BTreeMap<Id, u8>,
    last: bool,
}

#[derive(Serialize, Deserialize, KvField)]
struct Inner {
    #[kv(len(max = 1))]
    short: String,
}

#[derive(Serialize, Deserialize, KvField)]
struct Flat {
    #[kv(range(min = 1))]
    level: u8,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Choice {
    Number(u8),
    Text {
        #[kv(len(max = 1))]
        text: String,
    },
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, KvField)]
struct Id(#[kv(len(max = 2))] String);

const BROKEN: &str = r#"{"name":"","tags":["A","abcd","B"],"percent":101,"half":0.51,"theme":"blue","mail":"x",
    "home":"ftp://x","by_place":{"10":10,"9":11},"rows":[["a",""],["",""]],"set":["a","b"],
    "inner":{"short":"ab"},"level":0,"choice":{"text":"ab"},"keyed":{"abc":1},"last":@}"#;

#[test]
fn rules_report_the_same_on_json_and_values() {
    let of_value = errors::<Ruled>(&BROKEN.replace('@', "true"));
    let with_type = errors::<Ruled>(&BROKEN.replace('@', "1"));
    let (last, rules) = with_type.violations().split_last().unwrap();
    assert_eq!((last.pointer.as_str(), last.rule), ("/last", "type"));
    // The same places, rules, parameters and messages. The items of a list of the wrong length are
    // not checked.
    let expected: Vec<_> = of_value.iter().filter(|v| !v.pointer.starts_with("/tags/")).collect();
    assert_eq!(rules.iter().collect::<Vec<_>>(), expected);
    assert!(rules.len() >= 16, "{with_type}");
}

#[test]
fn rules_are_checked_only_where_the_type_is_right() {
    let json = BROKEN.replace('@', "1").replace(r#""percent":101"#, r#""percent":300"#);
    let json =
        json.replace(r#""tags":["A","abcd","B"]"#, r#""tags":[1,"A"]"#).replace(r#"["a",""]"#, r#"[1,""]"#);
    let places = places::<Ruled>(&json);
    for place in ["/percent int", "/tags/0 type", "/tags/1 pattern", "/rows/0/0 type", "/rows/0/1 non_empty"]
    {
        assert!(places.iter().any(|found| found == place), "{place}: {places:?}");
    }
    assert!(!places.iter().any(|found| found == "/percent range"), "{places:?}");
}

#[test]
fn no_rule_is_checked_after_a_length_bound_failed() {
    #[derive(Serialize, Deserialize, KvType)]
    struct Bounded {
        #[kv(len(max = 3), pattern = "^[a-z]+$")]
        after: String,
        #[kv(pattern = "^[a-z]+$", len(max = 3))]
        before: String,
        #[kv(len(max = 1), each(non_empty))]
        items: Vec<String>,
        last: bool,
    }
    let json = r#"{"after":"ABCD","before":"ABCD","items":["",""],"last":1}"#;
    assert_eq!(
        places::<Bounded>(json),
        ["/after len", "/before pattern", "/before len", "/items len", "/last type"]
    );
}

#[test]
fn report_of_types_and_rules_ends_at_a_hundred() {
    #[derive(Serialize, Deserialize, KvType)]
    struct Many {
        #[kv(each(non_empty))]
        items: Vec<String>,
    }
    let items = vec![r#""",1"#; 300].join(",");
    let errors = errors::<Many>(&format!(r#"{{"items":[{items}]}}"#));
    assert_eq!((errors.violations().len(), errors.more()), (100, 500));
    assert_eq!(errors.violations()[98].rule, "non_empty");
    assert_eq!(errors.violations()[99].rule, "type");
}

#[test]
fn error_of_the_types_own_deserialize_does_not_hide_a_violated_rule() {
    #[derive(Serialize, Deserialize, KvType)]
    struct Own {
        #[kv(non_empty)]
        name: String,
        #[kv(opaque)]
        port: std::num::NonZero<u8>,
    }
    assert_eq!(places::<Own>(r#"{"name":"","port":0}"#), ["/port type", "/name non_empty"]);
}
