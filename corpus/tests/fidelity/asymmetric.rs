//! Types that serde writes one way and reads another, or does not write at all. No schema can be true of them, so none of
//! them is in the corpus. Each is here with what breaks, and must be known to `wire::faults`, by which a catalog refuses it.
//!
//! What an item alone shows comes first; what takes the schemas of its parts comes behind.

use super::trial::Trial;
use arbitrary::Arbitrary;
use kv_core::KvField;
use kv_core::schema::wire;
use kv_corpus::Case;
use kv_corpus::promise::{what_fits_is_read, what_is_written_fits};
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

asymmetric! { an_item_alone_can_be_asymmetric by what_is_written_fits:
    // It errs when writing: what has no members has no place for a tag, or for itself among others' members.
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
    // What a flattened map holds is not taken out of what must be empty in the end.
    #[serde(deny_unknown_fields)]
    struct StrictMap { #[serde(flatten)] rest: BTreeMap<String, u8> }
    // Behind a tag, and without one, keys are texts and integers have 64 bits at most.
    #[serde(untagged)]
    enum UntaggedKeys { A(BTreeMap<u8, u8>), B(BTreeMap<bool, u8>) }
    #[serde(tag = "t")]
    enum InternalKeys { A { keys: BTreeMap<u8, u8> } }
    struct FlatKeys { #[serde(flatten)] keys: BTreeMap<u8, u8> }
    #[serde(untagged)]
    enum UntaggedWide { A(#[arbitrary(value = 1)] u128) }
    #[serde(tag = "t")]
    enum InternalWide { A { #[arbitrary(value = 1)] wide: i128 } }
    // In order: an earlier variant reads what a later one wrote.
    #[serde(untagged)]
    enum Shadowed { Less { x: u8 }, More { x: u8, y: u8 } }
    #[serde(untagged)]
    enum ShadowedByDefault { Less { #[serde(default)] x: u8 }, Other { y: u8 } }
    #[serde(untagged)]
    enum ShadowedNumber { Float(f64), Whole(u8) }
    #[serde(untagged)]
    enum ShadowedDigits { Short(f32), Long(#[arbitrary(value = 0.123_456_789_012_3)] f64) }
}

/// JavaScript writes 1.0 as 1, so what a browser sends back is read as another variant.
#[test]
fn an_integer_is_not_told_from_a_float_by_its_point() {
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

asymmetric! { an_item_can_be_asymmetric_by_its_parts by what_is_written_fits:
    // The same, further in.
    struct FlatWide { #[serde(flatten)] point: Point }
    #[serde(untagged)]
    enum UntaggedWideInside { A(Point) }
    // Two members of one name.
    struct FlatSame { x: u8, #[serde(flatten)] inner: Small }
    struct FlatSameTwice { #[serde(flatten)] a: Small, #[serde(flatten)] b: Small }
    #[serde(tag = "x")]
    enum SameAsTag { A(Small) }
    #[serde(tag = "t")]
    enum TagInTag { A(Tagged) }
    // A map can hold any name, that of a member and that of the tag too; here the keys make it likely.
    struct MapAndMember { x: Option<u8>, #[serde(flatten)] rest: BTreeMap<Letter, u8> }
    #[serde(tag = "x")]
    enum MapAndTag { A(BTreeMap<Letter, u8>) }
    // Enums with a tag inside, untagged ones and structs that flatten do not take their members out of what a flattened
    // map beside them reads, or of what must be empty in the end, or of what the next one denies.
    struct TaggedAndMap { #[serde(flatten)] tagged: Tagged, #[serde(flatten)] rest: BTreeMap<Name, u8> }
    #[serde(deny_unknown_fields)]
    struct StrictTagged { #[serde(flatten)] tagged: Tagged }
    #[serde(deny_unknown_fields)]
    struct StrictNested { #[serde(flatten)] nested: FlatSmall }
    struct StrictFirst { #[serde(flatten)] strict: StrictEnum, #[serde(flatten)] small: Small }
    // Nothing is read as something that has no members of its own to miss.
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

// Read in one order of members and not in another: written tag first, it is read; with the content first it is not.
asymmetric! { the_order_of_members_can_matter by what_fits_is_read:
    #[serde(tag = "tag", content = "value")]
    enum AdjacentWide { A(#[arbitrary(value = 1)] u128) }
    #[serde(tag = "tag", content = "value")]
    enum AdjacentKeys { A(BTreeMap<u8, u8>) }
}

#[test]
fn what_any_float_lets_in_is_written_as_null_and_not_read() {
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
