//! A promise that nothing breaks is worth nothing: schemas that are wrong in one thing each are found out.

use super::trial::Trial;
use arbitrary::Arbitrary;
use kv_core::KvField;
use kv_corpus::promise::{Promise, both_refuse_the_same, what_fits_is_read, what_is_written_fits};
use kv_corpus::{Case, Subject};
use serde::{Deserialize, Serialize};

/// Whether a promise is broken when the schema of one type is said to be that of another.
fn is_found_out_by<Right: Subject, Wrong: KvField>(promise: Promise) -> bool {
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

macro_rules! found_out {
    ($promise:ident: $($right:ty => $wrong:ty),* $(,)?) => {$(
        assert!(
            is_found_out_by::<$right, $wrong>($promise),
            "{} passes for {} where {}",
            stringify!($wrong), stringify!($right), stringify!($promise),
        );
    )*};
}

#[test]
fn the_right_schema_is_not_found_out() {
    for promise in [what_is_written_fits, what_fits_is_read, both_refuse_the_same] {
        assert!(!is_found_out_by::<Right, Right>(promise));
        assert!(!is_found_out_by::<External, External>(promise));
    }
}

#[test]
fn what_is_written_finds_out_a_wrong_name_type_place_or_tag() {
    found_out! { what_is_written_fits:
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
fn what_is_read_finds_out_what_a_reader_does_not_do_without() {
    found_out! { what_fits_is_read:
        Right => OtherType, Right => Optional, Right => Defaulted, Right => Aliased, Right => Swapped,
        Stricter => Right, StricterEnum => External, External => WithOther, External => Untagged, u8 => u16, i8 => u8,
        u8 => Option<u8>, Required => Right,
    }
}

#[test]
fn what_is_refused_finds_out_what_a_reader_does_without() {
    found_out! { both_refuse_the_same:
        OtherType => Right, Optional => Right, Defaulted => Right, Right => Stricter,
        Right => OneMore, External => StricterEnum, WithOther => External, u16 => u8, Option<u8> => u8,
        std::num::NonZero<u8> => u8, u8 => std::num::NonZero<u8>, Vec<u8> => [u8; 3],
    }
}
