//! Enums of every tagging, with variants of every form.

use super::forms::{NewtypeUnit, Transparent, UnitStruct};
use super::structs::{Point, Strict};
use arbitrary::Arbitrary;
use kv_core::KvType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// Unit variants only.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Arbitrary, Serialize, Deserialize, KvType,
)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    DarkRed,
    #[serde(alias = "azure")]
    Blue,
    #[serde(rename = "g/n")]
    Green,
}

/// Externally tagged, every form.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub enum External {
    Unit,
    Newtype(u8),
    NewtypeStruct(Point),
    NewtypeOption(Option<u8>),
    NewtypeUnit(()),
    Tuple(u8, String),
    EmptyTuple(),
    OneOfTwo(
        u8,
        #[serde(skip)]
        #[arbitrary(default)]
        u8,
    ),
    #[serde(alias = "Struct")]
    Named {
        a: u8,
        #[serde(alias = "bee")]
        b: Option<String>,
    },
    EmptyNamed {},
    SkippedInside(
        #[serde(skip)]
        #[arbitrary(default)]
        u8,
    ),
    #[serde(skip)]
    #[arbitrary(skip)]
    Skipped(u8),
}

/// Externally tagged, with `#[serde(other)]`.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub enum ExternalOther {
    Known(u8),
    #[serde(other)]
    Unknown,
}

/// Externally tagged, except the last variant.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub enum ExternalOrUntagged {
    Unit,
    Tuple(u8, bool),
    #[serde(alias = "Struct")]
    Named {
        a: Option<u8>,
    },
    #[serde(untagged)]
    Number(i64),
    #[serde(untagged)]
    Point(Point),
}

/// Externally tagged, unknown members denied.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(deny_unknown_fields)]
pub enum ExternalStrict {
    Named { a: Option<u8> },
    Inner(Point),
}

/// Internally tagged, every form.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "kind")]
pub enum Internal {
    Unit,
    #[serde(rename = "named", alias = "struct")]
    Named {
        a: u8,
        #[serde(default, alias = "bee")]
        b: Option<String>,
    },
    EmptyNamed {},
    Newtype(Point),
    NewtypeStrict(Strict),
    NewtypeUnit(()),
    NewtypeOfUnit(NewtypeUnit),
    UnitStruct(UnitStruct),
    Phantom(PhantomData<u8>),
    Enum(External),
    OtherTag(InternalOther),
    Adjacent(Adjacent),
    Map(#[arbitrary(with = super::wild::open)] BTreeMap<String, i16>),
    SkippedInside(
        #[serde(skip)]
        #[arbitrary(default)]
        u8,
    ),
}

/// Internally tagged, with `#[serde(other)]`.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum InternalOther {
    Join {
        user: String,
    },
    Leave,
    #[serde(other)]
    Unknown,
}

/// Internally tagged, except the last variant.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type")]
pub enum InternalOrUntagged {
    Unit,
    Named {
        a: u8,
    },
    #[serde(untagged)]
    Text(String),
    #[serde(untagged)]
    Strict(Strict),
}

/// Internally tagged, unknown members denied, except next to a unit variant.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum InternalStrict {
    Unit,
    Named { a: Option<u8> },
    Inner(Point),
}

/// Adjacently tagged, every form; the content's name sorts before the tag's.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Newtype(u8),
    NewtypeOption(Option<u8>),
    NewtypeTransparent(Transparent),
    NewtypeUnit(()),
    UnitStruct(UnitStruct),
    Struct(Point),
    Enum(Color),
    #[serde(alias = "Pair")]
    Tuple(u8, Option<String>),
    Named {
        a: u8,
        b: Option<String>,
    },
}

/// Adjacently tagged and strict, without named fields.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
pub enum AdjacentBare {
    Unit,
    Newtype(u8),
}

/// Adjacently tagged, the tag sorts before the content.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "kind", content = "value")]
pub enum AdjacentOther {
    Nothing(()),
    Struct(UnitStruct),
    Inner(Adjacent),
    Tuple(u8, u8),
    Tagged(Internal),
    #[serde(other)]
    Unknown,
}

/// Adjacently tagged, except the last variant.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "t", content = "c")]
pub enum AdjacentOrUntagged {
    Unit,
    Newtype(u8),
    #[serde(untagged)]
    Many(Vec<String>),
    #[serde(untagged)]
    Named {
        zz: bool,
    },
}

/// Adjacently tagged, unknown members denied in the content and next to it.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
pub enum AdjacentStrict {
    Unit,
    Named { a: Option<u8> },
    Inner(Point),
}

/// Untagged, every form.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(untagged)]
pub enum Untagged {
    Null,
    Small(u8),
    Flag(bool),
    Text(String),
    Pair(u8, bool),
    Strict(Strict),
    Named {
        name: String,
        #[serde(alias = "years")]
        age: Option<u8>,
    },
    Tagged(Internal),
    Colors(Vec<Color>),
    Points(BTreeMap<String, Point>),
}

/// Untagged, unknown members denied.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(untagged, deny_unknown_fields)]
pub enum UntaggedStrict {
    A { a: u8 },
    AndB { a: u8, b: u8 },
    Adjacent(Adjacent),
    Outer(External),
}
