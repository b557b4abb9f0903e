//! Unit structs, newtypes, tuple structs and transparent structs.

use super::structs::Point;
use arbitrary::Arbitrary;
use kv_core::KvType;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// A unit struct.
#[derive(Clone, Copy, Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct UnitStruct;

/// A newtype.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Newtype(String);

/// A newtype of an `Option`.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct NewtypeOption(Option<u8>);

/// A newtype of a unit.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct NewtypeUnit(());

/// A tuple struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Tuple(u8, Option<String>, Point);

/// A tuple struct without fields.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct EmptyTuple();

/// A tuple struct with one item on the wire, which is still a list.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct OneOfTwo(
    u8,
    #[serde(skip)]
    #[arbitrary(default)]
    u8,
);

/// A tuple struct whose last items may be missing.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct TupleDefaults(u8, #[serde(default)] Option<u8>, #[serde(default = "three")] u8);

const fn three() -> u8 {
    3
}

/// A transparent struct with a named field.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(transparent)]
pub struct Transparent {
    inner: Option<Point>,
}

/// A transparent tuple struct with a zero-sized field.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(transparent)]
pub struct TransparentTuple(Point, PhantomData<u8>);

/// A transparent struct around a transparent struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(transparent)]
pub struct TransparentTwice(Transparent);

/// All of these types, in fields that may be missing.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Forms {
    unit: UnitStruct,
    newtype: Newtype,
    newtype_option: NewtypeOption,
    newtype_unit: NewtypeUnit,
    tuple: Tuple,
    empty_tuple: EmptyTuple,
    one_of_two: OneOfTwo,
    tuple_defaults: TupleDefaults,
    transparent: Transparent,
    transparent_tuple: TransparentTuple,
    transparent_twice: TransparentTwice,
}
