//! JSON that serde would silently drop in part, or read as something else, is refused.

use kv_core::{Access, Catalog, DecodeError, DecodeOptions, KvField, KvType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};

/// Returns the places and messages of the violations; empty if the JSON is read.
fn decode<T: KvType + Serialize + DeserializeOwned>(json: &str) -> Vec<String> {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap();
    match catalog.codec(T::TYPE_TAG).unwrap().decode(json.as_bytes(), DecodeOptions::new()) {
        Ok(_) => Vec::new(),
        Err(DecodeError::Value(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Order {
    id: u8,
    #[serde(flatten)]
    address: Option<Address>,
    #[serde(flatten)]
    state: Option<State>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Address {
    street: String,
    number: u8,
    #[serde(default)]
    note: String,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "state")]
enum State {
    Open,
    Sent { at: u32 },
}

#[test]
fn flattened_option_is_none_only_without_any_of_its_members() {
    for good in [
        r#"{"id":1}"#,
        r#"{"id":1,"more":2}"#,
        r#"{"id":1,"street":"a","number":2}"#,
        r#"{"id":1,"street":"a","number":2,"state":"Open"}"#,
        r#"{"id":1,"state":"Sent","at":7}"#,
    ] {
        assert_eq!(decode::<Order>(good), [""; 0], "{good}");
    }
    for (bad, said) in [
        (r#"{"id":1,"street":"a","number":300}"#, "number must be a whole number from 0 to 255"),
        (r#"{"id":1,"street":"a"}"#, "number must be present"),
        (r#"{"id":1,"note":"a"}"#, "street must be present; number must be present"),
        (r#"{"id":1,"state":"Closed"}"#, r#"state must be one of "Open", "Sent""#),
        (r#"{"id":1,"state":"Sent"}"#, "at must be present"),
        (r#"{"id":1,"state":"Sent","at":"7"}"#, "at must be a whole number"),
        (r#"{"id":1,"at":7}"#, "state must be present"),
    ] {
        assert_eq!(decode::<Order>(bad).join("; "), said, "{bad}");
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Event {
    id: u8,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Serialize, Deserialize, KvField)]
enum Kind {
    Push {
        commits: u8,
    },
    #[serde(alias = "tag")]
    Tag(String),
}

#[test]
fn flattened_enum_accepts_one_variant() {
    assert_eq!(decode::<Event>(r#"{"id":1,"Push":{"commits":1},"more":1}"#), [""; 0]);
    let said = "must be left out: another variant is already present";
    for (json, second) in [
        (r#"{"id":1,"Push":{"commits":1},"Tag":"v1"}"#, "Tag"),
        (r#"{"Tag":"v1","id":1,"Push":{"commits":1}}"#, "Push"),
        (r#"{"Tag":"v1","tag":"v2","id":1}"#, "tag"),
    ] {
        assert_eq!(decode::<Event>(json), [format!("{second} {said}")], "{json}");
    }
}

const TWICE: &str = "must be left out: it is another name of a member that is already present";

#[derive(Serialize, Deserialize, KvType)]
struct Keyed {
    #[serde(default)]
    addresses: HashMap<Ipv6Addr, u8>,
    #[serde(default)]
    hosts: BTreeMap<IpAddr, Vec<BTreeMap<IpAddr, u8>>>,
    #[serde(default)]
    wide: BTreeMap<i128, u8>,
    #[serde(default)]
    numbers: BTreeMap<u32, u8>,
    #[serde(default)]
    letters: BTreeMap<char, u8>,
    #[serde(default)]
    flags: BTreeMap<bool, u8>,
    #[serde(default)]
    decimals: BTreeMap<rust_decimal::Decimal, u8>,
    #[serde(default)]
    days: BTreeMap<time::Date, u8>,
    #[serde(default)]
    moments: BTreeMap<time::OffsetDateTime, u8>,
}

#[test]
fn two_spellings_of_one_key_are_refused() {
    for good in [
        r#"{"addresses":{"::1":1,"::2":2}}"#,
        r#"{"addresses":{"0:0:0:0:0:0:0:1":1}}"#,
        r#"{"wide":{"-0":1,"1":2}}"#,
        r#"{"hosts":{"::1":[{"::1":1},{"::1":1}],"1.2.3.4":[]}}"#,
        r#"{"decimals":{"1.0":1,"1.1":2}}"#,
    ] {
        assert_eq!(decode::<Keyed>(good), [""; 0], "{good}");
    }
    for (map, first, second) in [
        ("addresses", "::1", "0:0:0:0:0:0:0:1"),
        ("addresses", "::A", "::a"),
        ("addresses", "::ffff:1.2.3.4", "::ffff:102:304"),
        ("wide", "0", "-0"),
        ("decimals", "1.0", "1.00"),
        ("decimals", "1", "1.0"),
        ("moments", "2026-01-01 00:00:00.0 +00:00:00", "2026-01-01 01:00:00.0 +01:00:00"),
    ] {
        for (first, second) in [(first, second), (second, first)] {
            let json = format!(r#"{{"{map}":{{"{first}":1,"{second}":2}}}}"#);
            assert_eq!(decode::<Keyed>(&json), [format!("{map}/{second} {TWICE}")], "{json}");
        }
    }
    let nested = r#"{"hosts":{"::1":[{"::2":1,"0:0:0:0:0:0:0:2":2}],"0::1":[]}}"#;
    let places = decode::<Keyed>(nested);
    assert!(places[0].starts_with("hosts/") && places.len() == 2, "{places:?}");
}

#[test]
fn key_in_a_wrong_format_is_refused() {
    for (map, name) in [
        ("numbers", "+1"),
        ("numbers", "01"),
        ("numbers", "1.0"),
        ("numbers", "1e0"),
        ("numbers", " 1"),
        ("flags", "True"),
        ("flags", "1"),
        ("letters", ""),
        ("letters", "ab"),
        ("days", "2026-02-30"),
    ] {
        let json = format!(r#"{{"{map}":{{"{name}":1}}}}"#);
        let said = decode::<Keyed>(&json);
        assert!(said.len() == 1 && said[0].contains("its name is no"), "{json}: {said:?}");
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Edits {
    changes: Vec<Change>,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Change {
    Range {
        range: [u32; 2],
        text: String,
    },
    Nested {
        within: Box<Change>,
        note: Option<String>,
    },
    Open {
        cause: String,
        #[serde(flatten)]
        more: BTreeMap<String, u8>,
    },
    Whole {
        text: String,
    },
}

#[test]
fn untagged_variant_does_not_drop_a_member_of_another_variant() {
    for good in [
        r#"{"changes":[{"range":[1,2],"text":"a"},{"text":"a"},{"text":"a","unknown":1}]}"#,
        r#"{"changes":[{"within":{"text":"a"},"note":"b"}]}"#,
        // The variant keeps every member.
        r#"{"changes":[{"cause":"a","range":7}]}"#,
    ] {
        assert_eq!(decode::<Edits>(good), [""; 0], "{good}");
    }
    let dropped = "must be left out: the value fits only a variant without this member";
    for (bad, at) in [
        (r#"{"changes":[{"text":"a"},{"range":[1,-2],"text":"a"}]}"#, "changes/1/range"),
        (r#"{"changes":[{"text":"a","note":"b"}]}"#, "changes/0/note"),
        (r#"{"changes":[{"within":{"within":{"text":"a","range":0}}}]}"#, "changes/0/within/within/range"),
    ] {
        assert_eq!(decode::<Edits>(bad), [format!("{at} {dropped}")], "{bad}");
    }
}

#[derive(Serialize, Deserialize, KvType)]
#[serde(tag = "type")]
enum Motion {
    Moved {
        x: u8,
    },
    #[serde(untagged)]
    Other {
        id: u8,
    },
}

#[derive(Serialize, Deserialize, KvType)]
enum Signal {
    Moved {
        x: u8,
    },
    #[serde(untagged)]
    Other {
        id: u8,
    },
}

#[test]
fn untagged_variant_does_not_replace_a_tagged_one_with_a_fault() {
    let dropped = "must be left out: the value fits only a variant without this member";
    assert_eq!(decode::<Motion>(r#"{"type":"Moved","x":300,"id":1}"#), [format!("type {dropped}")]);
    // The untagged variant reads the tags of later versions.
    assert_eq!(decode::<Motion>(r#"{"type":"Turned","x":300,"id":1}"#), [""; 0]);
    assert_eq!(decode::<Signal>(r#"{"Moved":{"x":300},"id":1}"#), [format!("Moved {dropped}")]);
    assert_eq!(decode::<Signal>(r#"{"Turned":{},"id":1}"#), [""; 0]);
}
