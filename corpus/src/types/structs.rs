//! Structs with named fields.

use arbitrary::Arbitrary;
use kv_core::KvType;
use serde::{Deserialize, Serialize};

/// Two numbers.
#[derive(Clone, Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Point {
    x: i32,
    y: i32,
}

/// A struct without fields.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Empty {}

/// Nested structs.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Segment {
    from: Point,
    to: Option<Point>,
    between: Vec<Point>,
}

/// Names that are Rust keywords.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct RawNames {
    r#type: u8,
    r#match: Option<bool>,
    r#fn: String,
}

/// Names that need care in JSON and in pointers.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct OddNames {
    #[serde(rename = "")]
    empty: u8,
    #[serde(rename = "a/b~c")]
    pointer: u8,
    #[serde(rename = "with \"quotes\" and \\")]
    quoted: u8,
    #[serde(rename = "größe 📏")]
    unicode: u8,
    #[serde(rename = "$ref")]
    dollar: Option<u8>,
}

/// Unknown members denied.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(deny_unknown_fields)]
pub struct Strict {
    a: u8,
    #[serde(alias = "bee")]
    b: Option<String>,
}

/// All members denied.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(deny_unknown_fields)]
pub struct StrictEmpty {}

/// Fields that are not on the wire.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Skipping {
    #[serde(skip)]
    #[arbitrary(default)]
    before: u32,
    kept: u8,
    #[kv(skip)]
    #[serde(skip, default = "seven")]
    #[arbitrary(value = 7)]
    after: u32,
}

const fn seven() -> u32 {
    7
}
