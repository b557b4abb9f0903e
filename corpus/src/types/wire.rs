//! `wire`: types whose serde implementation is not derived, described by the type that they are on
//! the wire.

use super::structs::Point;
use super::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A text type with serde traits and no traits of the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary)]
pub struct Chars(Vec<char>);

impl Serialize for Chars {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.iter().collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Chars {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(text.chars().collect()))
    }
}

/// A newtype of the text type.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Name(#[kv(wire = "String")] Chars);

/// A newtype of an address, which is text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Host(Ipv4Addr);

/// A type that is converted on the wire.
#[derive(Clone, Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(from = "(i32, i32)", into = "(i32, i32)")]
#[kv(wire = "(i32, i32)")]
pub struct Converted {
    x: i32,
    y: i32,
}

impl From<(i32, i32)> for Converted {
    fn from((x, y): (i32, i32)) -> Self {
        Self { x, y }
    }
}

impl From<Converted> for (i32, i32) {
    fn from(Converted { x, y }: Converted) -> Self {
        (x, y)
    }
}

/// Fields with every shape on the wire.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct OnTheWire {
    #[kv(wire = "String")]
    text: Chars,
    #[kv(wire = "Option<String>")]
    maybe: Option<Chars>,
    #[kv(wire = "Vec<String>")]
    all: Vec<Chars>,
    #[kv(wire = "BTreeMap<String, Option<String>>")]
    by: BTreeMap<Chars, Option<Chars>>,
    #[serde(with = "millis")]
    #[kv(wire = "u64")]
    #[arbitrary(with = wild::millis)]
    time: Duration,
    #[serde(with = "millis", default)]
    #[kv(wire = "u64")]
    #[arbitrary(with = wild::millis)]
    defaulted: Duration,
    #[kv(wire = "Point")]
    point: Point,
    name: Name,
    converted: Converted,
}

/// Newtypes as keys.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct NewtypeKeys {
    names: BTreeMap<Name, u8>,
    hosts: BTreeMap<Host, Vec<Host>>,
}

mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
