//! Flattened fields.

use super::enums::{Adjacent, Color, External, InternalOther};
use super::forms::UnitStruct;
use super::structs::{Point, Strict};
use super::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// A struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatStruct {
    id: u8,
    #[serde(flatten)]
    point: Point,
    name: Option<String>,
}

/// A struct with aliases, defaults and fields that may be left out.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatAliases {
    #[serde(flatten)]
    strict: Strict,
    #[serde(default, alias = "ident")]
    id: u8,
    #[serde(flatten)]
    left_out: super::defaults::OptionLeftOut,
}

/// A map.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatMap {
    id: u8,
    #[serde(flatten)]
    #[arbitrary(with = wild::open)]
    rest: BTreeMap<String, i64>,
}

/// A map with an enum as keys.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatColors {
    #[serde(flatten)]
    shades: HashMap<Color, u8>,
}

/// An optional struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatOption {
    id: u8,
    #[serde(flatten)]
    point: Option<Point>,
}

/// A struct that flattens another in a pointer, and one in newtypes.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatNested {
    a: u8,
    #[serde(flatten)]
    inner: Box<FlatStruct>,
    #[serde(flatten)]
    newtype: FlatNewtype,
}

/// A newtype, which can be flattened if its content can.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct FlatNewtype(Transparent);

/// A transparent struct around a struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(transparent)]
pub struct Transparent {
    level: Level,
}

/// An altitude.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Level {
    level: i8,
    #[serde(default)]
    unit: String,
}

/// An externally tagged enum: its variant is a member.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatExternal {
    id: u8,
    #[serde(flatten)]
    choice: External,
}

/// An internally tagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatInternal {
    id: u8,
    #[serde(flatten)]
    event: InternalOther,
}

/// An adjacently tagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatAdjacent {
    id: u8,
    #[serde(flatten)]
    event: Adjacent,
}

/// An untagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatUntagged {
    id: u8,
    #[serde(flatten)]
    place: Place,
}

/// A place, in one of two forms.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Place {
    Point(Point),
    Named { place: String },
}

/// Several flattened fields, and a map of the remaining members.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatSeveral {
    #[serde(flatten)]
    point: Point,
    #[serde(flatten)]
    level: Option<Level>,
    #[serde(flatten)]
    event: Adjacent,
    #[serde(flatten)]
    nothing: (),
    #[serde(flatten)]
    unit: UnitStruct,
    #[serde(flatten)]
    #[arbitrary(with = wild::open)]
    rest: BTreeMap<String, u8>,
}

/// Unknown members denied next to a flattened struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(deny_unknown_fields)]
pub struct FlatStrict {
    id: u8,
    #[serde(flatten)]
    point: Point,
}

/// Unknown members, kept as JSON.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FlatOpaque {
    id: u8,
    #[kv(opaque)]
    #[serde(flatten)]
    #[arbitrary(with = wild::members)]
    rest: serde_json::Map<String, serde_json::Value>,
}

/// In variants of an externally tagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub enum FlatInExternal {
    Flat {
        id: u8,
        #[serde(flatten)]
        point: Point,
    },
    Open {
        #[serde(flatten)]
        #[arbitrary(with = wild::open)]
        rest: BTreeMap<String, bool>,
    },
}

/// In variants of an internally tagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "kind")]
pub enum FlatInInternal {
    Flat {
        id: u8,
        #[serde(flatten)]
        point: Point,
    },
    Open {
        #[serde(flatten)]
        #[arbitrary(with = wild::open)]
        rest: BTreeMap<String, bool>,
    },
    Whole(FlatStruct),
}

/// In variants of an adjacently tagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "kind", content = "of")]
pub enum FlatInAdjacent {
    Flat {
        id: u8,
        #[serde(flatten)]
        point: Point,
    },
    Whole(FlatStruct),
}

/// In variants of an untagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(untagged)]
pub enum FlatInUntagged {
    Flat {
        id: u8,
        #[serde(flatten)]
        point: Point,
    },
    Whole(FlatMap),
}
