//! Maps with every kind of key.

use super::enums::Color;
use super::structs::Point;
use arbitrary::{Arbitrary, Unstructured};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Texts as keys.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct TextKeys {
    sorted: BTreeMap<String, Point>,
    hashed: HashMap<String, Option<u8>>,
    boxed: BTreeMap<Box<str>, u8>,
    shared: HashMap<Arc<str>, u8>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| Ok(BTreeMap::from([(Cow::Owned(u.arbitrary()?), 1)])))]
    cow: BTreeMap<Cow<'static, str>, u8>,
    chars: BTreeMap<char, u8>,
}

/// Numbers and `bool` as keys.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct NumberKeys {
    i8: BTreeMap<i8, u8>,
    i16: BTreeMap<i16, u8>,
    i32: HashMap<i32, u8>,
    i64: BTreeMap<i64, u8>,
    #[arbitrary(with = wide)]
    i128: BTreeMap<i128, u8>,
    isize: BTreeMap<isize, u8>,
    u8: BTreeMap<u8, u8>,
    u16: BTreeMap<u16, u8>,
    u32: HashMap<u32, u8>,
    u64: BTreeMap<u64, u8>,
    u128: BTreeMap<u128, u8>,
    usize: BTreeMap<usize, u8>,
    bool: HashMap<bool, u8>,
}

/// Integers of any width: keys are texts, not numbers of `serde_json::Value`.
fn wide(u: &mut Unstructured<'_>) -> arbitrary::Result<BTreeMap<i128, u8>> {
    Ok(BTreeMap::from([(u.arbitrary()?, 1), (i128::MIN, 2), (i128::MAX, 3)]))
}

/// Unit variants as keys.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct EnumKeys {
    sorted: BTreeMap<Color, u8>,
    hashed: HashMap<Color, Vec<Color>>,
    others: BTreeMap<Level, u8>,
}

/// Keys with `#[serde(other)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
pub enum Level {
    Low,
    High,
    #[serde(other)]
    Other,
}

/// Maps in maps.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(transparent)]
pub struct Deep(BTreeMap<u8, HashMap<bool, BTreeMap<String, Vec<Point>>>>);
