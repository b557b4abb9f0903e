//! Types that serde writes in one way and reads in another, or does not write at all. No schema
//! describes them, so they are not in the corpus. Each must be found by `wire::faults`, so that a
//! catalog refuses it.
//!
//! Types whose own item shows the fault come first, then those whose fault depends on the schemas
//! of their parts.

use super::trial::Trial;
use arbitrary::Arbitrary;
use kv_core::KvField;
use kv_core::schema::wire;
use kv_corpus::Case;
use kv_corpus::promise::{fitting_json_is_read, written_json_fits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! asymmetric {
    ($test:ident by $promise:ident: $($(#[$attr:meta])* $kind:ident $name:ident $body:tt)*) => {
        $(
            #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
            $(#[$attr])*
            $kind $name $body
        )*

        #[test]
        fn $test() {
            $(
                let trial = Trial::of($promise, &Case::of::<$name>(stringify!($name)), 2000);
                assert!(trial.broken.is_some(), "{} may join the corpus", stringify!($name));
                let faults = wire::faults(<$name as KvField>::schema());
                assert!(!faults.is_empty(), "{} could be exposed", stringify!($name));
            )*
        }
    };
}

asymmetric! { an_item_alone_can_be_asymmetric by written_json_fits:
    // Writing fails: a value without members cannot have an internal tag, and cannot be flattened.
    #[serde(tag = "t")]
    enum InternalNumber { A(u8) }
    #[serde(tag = "t")]
    enum InternalText { A(String) }
    #[serde(tag = "t")]
    enum InternalList { A(Vec<u8>) }
    #[serde(tag = "t")]
    enum InternalTuple { A((u8, u8)) }
    #[serde(tag = "t")]
    enum InternalOption { A(Option<Point>) }
    struct FlatNumber { #[serde(flatten)] number: u8 }
    struct FlatList { #[serde(flatten)] list: Vec<u8> }
    struct FlatTuple { #[serde(flatten)] tuple: (u8, u8) }
    // Members of a flattened map are not taken out of the members that must be empty in the end.
    #[serde(deny_unknown_fields)]
    struct StrictMap { #[serde(flatten)] rest: BTreeMap<String, u8> }
    // After an internal tag and in untagged enums, keys are texts and integers have at most 64
    // bits.
    #[serde(untagged)]
    enum UntaggedKeys { A(BTreeMap<u8, u8>), B(BTreeMap<bool, u8>) }
    #[serde(tag = "t")]
    enum InternalKeys { A { keys: BTreeMap<u8, u8> } }
    struct FlatKeys { #[serde(flatten)] keys: BTreeMap<u8, u8> }
    #[serde(untagged)]
    enum UntaggedWide { A(#[arbitrary(value = 1)] u128) }
    #[serde(tag = "t")]
    enum InternalWide { A { #[arbitrary(value = 1)] wide: i128 } }
    // An earlier variant reads the JSON of a later one.
    #[serde(untagged)]
    enum Shadowed { Less { x: u8 }, More { x: u8, y: u8 } }
    #[serde(untagged)]
    enum ShadowedByDefault { Less { #[serde(default)] x: u8 }, Other { y: u8 } }
    #[serde(untagged)]
    enum ShadowedNumber { Float(f64), Whole(u8) }
    #[serde(untagged)]
    enum ShadowedDigits { Short(f32), Long(#[arbitrary(value = 0.123_456_789_012_3)] f64) }
}

/// JavaScript writes 1.0 as 1, so the JSON that a browser returns is read as another variant.
#[test]
fn untagged_integer_next_to_a_float_is_refused() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, KvField)]
    #[serde(untagged)]
    enum Number {
        Int(i64),
        Float(f64),
    }
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(untagged)]
    enum Inside {
        A { at: Vec<i64> },
        B { at: Vec<f64> },
    }
    #[derive(Serialize, Deserialize, KvField)]
    struct Flat {
        #[serde(flatten)]
        rest: BTreeMap<String, Option<Number>>,
    }
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(untagged)]
    enum Told {
        A { at: i64, unit: String },
        B { at: f64 },
    }
    let sent_by_a_browser = "1";
    assert_eq!(serde_json::to_string(&Number::Float(1.0)).unwrap(), "1.0");
    assert_eq!(serde_json::from_str::<Number>(sent_by_a_browser).unwrap(), Number::Int(1));
    for schema in [Number::schema(), Inside::schema(), Flat::schema()] {
        let faults: Vec<_> = wire::faults(schema).iter().map(ToString::to_string).collect();
        assert!(
            matches!(&*faults, [one] if one.contains("JavaScript writes 1.0 as 1")),
            "{schema}: {faults:?}"
        );
    }
    assert_eq!(wire::faults(Told::schema()), []);
}

asymmetric! { an_item_can_be_asymmetric_by_its_parts by written_json_fits:
    // The same in nested types.
    struct FlatWide { #[serde(flatten)] point: Point }
    #[serde(untagged)]
    enum UntaggedWideInside { A(Point) }
    // Two members with one name.
    struct FlatSame { x: u8, #[serde(flatten)] inner: Small }
    struct FlatSameTwice { #[serde(flatten)] a: Small, #[serde(flatten)] b: Small }
    #[serde(tag = "x")]
    enum SameAsTag { A(Small) }
    #[serde(tag = "t")]
    enum TagInTag { A(Tagged) }
    // A map can contain the names of members and of the tag; these keys make it likely.
    struct MapAndMember { x: Option<u8>, #[serde(flatten)] rest: BTreeMap<Letter, u8> }
    #[serde(tag = "x")]
    enum MapAndTag { A(BTreeMap<Letter, u8>) }
    // Internally tagged and untagged enums, and structs with flattened fields, leave their members
    // to a flattened map next to them, to the members that must be empty in the end, and to types
    // that deny unknown members.
    struct TaggedAndMap { #[serde(flatten)] tagged: Tagged, #[serde(flatten)] rest: BTreeMap<Name, u8> }
    #[serde(deny_unknown_fields)]
    struct StrictTagged { #[serde(flatten)] tagged: Tagged }
    #[serde(deny_unknown_fields)]
    struct StrictNested { #[serde(flatten)] nested: FlatSmall }
    struct StrictFirst { #[serde(flatten)] strict: StrictEnum, #[serde(flatten)] small: Small }
    // `None` is read as a value that requires no members.
    struct FlatOption { #[serde(flatten)] small: Option<AllOptional> }
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct Point {
    #[arbitrary(value = 1)]
    wide: u128,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct Small {
    x: u8,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct FlatSmall {
    #[serde(flatten)]
    small: Small,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct AllOptional {
    x: Option<u8>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "t")]
enum Tagged {
    A,
    B { z: u8 },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "u", deny_unknown_fields)]
enum StrictEnum {
    A { q: u8 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
enum Letter {
    X,
    Y,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
enum Name {
    M,
}

// Only read in one order of members: the tag must come before the content.
asymmetric! { the_order_of_members_can_matter by fitting_json_is_read:
    #[serde(tag = "tag", content = "value")]
    enum AdjacentWide { A(#[arbitrary(value = 1)] u128) }
    #[serde(tag = "tag", content = "value")]
    enum AdjacentKeys { A(BTreeMap<u8, u8>) }
}

#[test]
fn nan_is_written_as_null_and_not_read() {
    #[derive(Serialize, Deserialize, KvField)]
    struct Reading {
        #[kv(any_float)]
        value: f64,
    }
    #[derive(Serialize, Deserialize, KvField)]
    struct Nested {
        #[kv(each(each(any_float)))]
        rows: Vec<Vec<f32>>,
        #[kv(any_float)]
        maybe: Option<f64>,
    }
    #[derive(Serialize, Deserialize, KvField)]
    struct Outer(BTreeMap<u8, Vec<Nested>>);

    let text = serde_json::to_string(&Reading { value: f64::NAN }).unwrap();
    assert_eq!(text, r#"{"value":null}"#);
    assert!(serde_json::from_str::<Reading>(&text).is_err());
    let refused =
        |schema| wire::faults(schema).iter().map(|fault| fault.place().to_owned()).collect::<Vec<_>>();
    assert_eq!(refused(Reading::schema()), ["Reading.value"]);
    assert_eq!(refused(Outer::schema()), ["Nested.rows", "Nested.maybe"]);
    assert!(serde_json::from_str::<f32>("1e39").is_err(), "an `f32` is read from text as one is");
}
