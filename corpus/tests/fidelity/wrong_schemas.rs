//! The properties detect wrong schemas: each schema here has one fault.

use super::trial::Trial;
use arbitrary::Arbitrary;
use kv_core::KvField;
use kv_corpus::promise::{Promise, fitting_json_is_read, serde_agrees_on_mutations, written_json_fits};
use kv_corpus::{Case, Subject};
use serde::{Deserialize, Serialize};

/// Returns whether a property fails if one type has the schema of another.
fn is_detected_by<Right: Subject, Wrong: KvField>(promise: Promise) -> bool {
    let case = Case { schema: Wrong::schema(), ..Case::of::<Right>("a wrong schema") };
    Trial::of(promise, &case, 2000).broken.is_some()
}

macro_rules! types {
    ($($(#[$attr:meta])* $name:ident $body:tt)*) => {$(
        #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
        $(#[$attr])*
        struct $name $body
    )*};
}

macro_rules! enums {
    ($($(#[$attr:meta])* $name:ident)*) => {$(
        #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
        $(#[$attr])*
        enum $name {
            Unit,
            Inner(Inner),
            Named { a: u8 },
        }
    )*};
}

types! {
    Right { a: u8, b: Option<String>, inner: Inner }
    Inner { x: i8 }
    OtherName { a: u8, #[serde(rename = "B")] b: Option<String>, inner: Inner }
    Missing { a: u8, inner: Inner }
    OneMore { a: u8, b: Option<String>, inner: Inner, c: Option<u8> }
    OtherType { a: u16, b: Option<String>, inner: Inner }
    Narrower { a: u8, b: Option<String>, inner: InnerNarrower }
    InnerNarrower { x: u8 }
    Required { a: u8, b: String, inner: Inner }
    Optional { a: Option<u8>, b: Option<String>, inner: Inner }
    Defaulted { #[serde(default)] a: u8, b: Option<String>, inner: Inner }
    Aliased { #[serde(alias = "A")] a: u8, b: Option<String>, inner: Inner }
    #[serde(deny_unknown_fields)]
    Stricter { a: u8, b: Option<String>, inner: Inner }
    Flattened { a: u8, b: Option<String>, #[serde(flatten)] inner: Inner }
    Swapped { b: Option<String>, a: u8, inner: Inner }
}

enums! {
    External
    #[serde(tag = "t")]
    Internal
    #[serde(tag = "T")]
    InternalOtherTag
    #[serde(tag = "t", content = "c")]
    Adjacent
    #[serde(tag = "t", content = "C")]
    AdjacentOtherContent
    #[serde(untagged)]
    Untagged
    #[serde(rename_all = "lowercase")]
    OtherCase
    #[serde(deny_unknown_fields)]
    StricterEnum
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
enum WithOther {
    Inner(Inner),
    Named {
        a: u8,
    },
    #[serde(other)]
    Unit,
}

macro_rules! detected {
    ($promise:ident: $($right:ty => $wrong:ty),* $(,)?) => {$(
        assert!(
            is_detected_by::<$right, $wrong>($promise),
            "the schema of {} passes for {} with {}",
            stringify!($wrong), stringify!($right), stringify!($promise),
        );
    )*};
}

#[test]
fn right_schema_is_accepted() {
    for promise in [written_json_fits, fitting_json_is_read, serde_agrees_on_mutations] {
        assert!(!is_detected_by::<Right, Right>(promise));
        assert!(!is_detected_by::<External, External>(promise));
    }
}

#[test]
fn written_json_reveals_a_wrong_name_type_place_or_tag() {
    detected! { written_json_fits:
        Right => OtherName, Right => Missing, Right => OneMore, Right => Narrower, Right => Required, Right => Flattened,
        Flattened => Right, Narrower => Right, Optional => Right,
        External => Internal, External => Adjacent, External => Untagged, External => OtherCase,
        Internal => External, Internal => InternalOtherTag, Adjacent => AdjacentOtherContent, Adjacent => Internal,
        Untagged => External, Untagged => Adjacent,
        Vec<u8> => [u8; 3], [u8; 3] => Vec<i8>, Vec<u8> => std::collections::BTreeSet<u8>, f32 => u8, f64 => f32,
        u8 => f64, String => char, u64 => std::num::NonZero<i64>, (u8, u8) => (u8, u8, u8), Option<u8> => u8,
        std::collections::BTreeMap<String, u8> => std::collections::BTreeMap<u8, u8>,
    }
}

#[test]
fn generated_json_reveals_a_schema_that_accepts_too_much() {
    detected! { fitting_json_is_read:
        Right => OtherType, Right => Optional, Right => Defaulted, Right => Aliased, Right => Swapped,
        Stricter => Right, StricterEnum => External, External => WithOther, External => Untagged, u8 => u16, i8 => u8,
        u8 => Option<u8>, Required => Right,
    }
}

#[test]
fn mutated_json_reveals_a_schema_that_requires_too_much() {
    detected! { serde_agrees_on_mutations:
        OtherType => Right, Optional => Right, Defaulted => Right, Right => Stricter,
        Right => OneMore, External => StricterEnum, WithOther => External, u16 => u8, Option<u8> => u8,
        std::num::NonZero<u8> => u8, u8 => std::num::NonZero<u8>, Vec<u8> => [u8; 3],
    }
}
