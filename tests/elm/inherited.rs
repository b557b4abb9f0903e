//! Types with members whose names every object or list has in JavaScript, and values with and
//! without them.

use arbitrary::{Arbitrary, Result, Unstructured};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Source: ECMA-262, sections 20.1.3 and B.2.2 (members of objects), and 23.1.4 (lists; only
/// numbers).
const NAMES: [&str; 16] = [
    "constructor",
    "hasOwnProperty",
    "hasOwnProperty_",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "length",
    "{\"hasOwnProperty\":",
    ",\"hasOwnProperty\":",
];

fn name(u: &mut Unstructured<'_>) -> Result<String> {
    u.choose(&NAMES).map(|name| (*name).to_owned())
}

fn open<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<BTreeMap<String, T>> {
    let len = u.int_in_range(0..=4)?;
    (0..len).map(|_| Ok((name(u)?, u.arbitrary()?))).collect()
}

/// Returns a map to be flattened, whose names are not those of fields.
fn rest<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<BTreeMap<String, T>> {
    let mut rest = open(u)?;
    rest.remove("toString");
    Ok(rest)
}

/// Returns shallow JSON whose objects have such members. It is not `null`, which is `None` in an
/// `Option`.
fn json(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=3)? {
        0 => bool::arbitrary(u)?.into(),
        1 => name(u)?.into(),
        2 => texts(u)?.into(),
        _ => open::<BTreeMap<String, u8>>(u)?
            .into_iter()
            .map(|(name, json)| (name, Value::from_iter(json)))
            .collect(),
    })
}

fn maybe_json(u: &mut Unstructured<'_>) -> Result<Option<Value>> {
    u.ratio(1, 2)?.then(|| json(u)).transpose()
}

fn texts(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    let len = u.int_in_range(0..=3)?;
    (0..len).map(|_| name(u)).collect()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Members that may be missing, in all ways.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct InheritedFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    constructor: Option<u8>,
    #[serde(rename = "hasOwnProperty", skip_serializing_if = "Option::is_none")]
    has_own: Option<Part>,
    #[kv(opaque)]
    #[serde(rename = "isPrototypeOf", default, skip_serializing_if = "Option::is_none")]
    #[arbitrary(with = maybe_json)]
    is_prototype_of: Option<Value>,
    #[serde(rename = "toString", default, skip_serializing_if = "is_default")]
    to_string: String,
    #[serde(rename = "toLocaleString", default, skip_serializing_if = "is_default")]
    to_locale_string: BTreeMap<String, u8>,
    #[serde(rename = "valueOf", default = "any", skip_serializing_if = "is_any")]
    value_of: Part,
    #[serde(rename = "__proto__", skip_serializing_if = "Option::is_none")]
    proto: Option<Part>,
}

/// A default from a function that the schema does not know.
fn any() -> Part {
    Part { proto: BTreeMap::from([("any".to_owned(), 1)]), ..Part::default() }
}

fn is_any(part: &Part) -> bool {
    *part == any()
}

#[derive(Debug, Default, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct Part {
    #[serde(rename = "__proto__", default, skip_serializing_if = "is_default")]
    #[arbitrary(with = open)]
    proto: BTreeMap<String, u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constructor: Option<()>,
}

/// Required members.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(deny_unknown_fields)]
pub(crate) struct InheritedRequired {
    constructor: u8,
    #[serde(rename = "hasOwnProperty")]
    has_own: bool,
    #[serde(rename = "__proto__")]
    #[arbitrary(with = open)]
    proto: BTreeMap<String, u8>,
    #[serde(rename = "toString")]
    #[kv(opaque)]
    #[arbitrary(with = json)]
    to_string: Value,
}

/// Arbitrary keys.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct InheritedKeys {
    #[arbitrary(with = open)]
    map: BTreeMap<String, u8>,
    #[arbitrary(with = open)]
    maps: BTreeMap<String, BTreeMap<Name, u8>>,
    names: BTreeSet<Name>,
    flat: FlatNames,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct FlatNames {
    #[serde(rename = "toString", skip_serializing_if = "Option::is_none")]
    to_string: Option<u16>,
    #[serde(flatten)]
    #[arbitrary(with = rest)]
    rest: BTreeMap<String, u16>,
}

/// Enums as keys of maps and as values.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
enum Name {
    #[serde(rename = "hasOwnProperty")]
    HasOwn,
    #[serde(rename = "__proto__")]
    Proto,
    #[serde(rename = "constructor")]
    Constructor,
}

/// Tags, contents and variants.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct InheritedVariants {
    external: Vec<OutsideName>,
    internal: Vec<TagName>,
    adjacent: Vec<ContentName>,
    untagged: Vec<ByLength>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
enum OutsideName {
    #[serde(rename = "constructor")]
    OfText(#[arbitrary(with = name)] String),
    #[serde(rename = "hasOwnProperty")]
    OfNumber(u8),
    #[serde(rename = "__proto__")]
    OfRecord {
        #[serde(rename = "__proto__")]
        proto: u8,
    },
    #[serde(rename = "toString")]
    Alone,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "constructor")]
enum TagName {
    #[serde(rename = "__proto__")]
    OfNothing,
    OfRest {
        #[serde(rename = "__proto__", skip_serializing_if = "Option::is_none")]
        proto: Option<u8>,
        #[serde(rename = "hasOwnProperty")]
        has_own: u8,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "hasOwnProperty", content = "__proto__")]
enum ContentName {
    Anything(
        #[kv(opaque)]
        #[arbitrary(with = json)]
        Value,
    ),
    NothingThere,
}

/// `length`, which lists have in JavaScript.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum ByLength {
    Counted { length: u32 },
    Named { constructor: Option<u8>, name: bool },
    Listed(#[arbitrary(with = texts)] Vec<String>),
}

/// Returns JSON that is none of these types: inherited members must not replace missing members.
pub(crate) const REFUSED: [(&str, &str); 5] = [
    ("InheritedRequired", r#"{"hasOwnProperty":true,"__proto__":{},"toString":1}"#),
    ("InheritedRequired", r#"{"constructor":1,"__proto__":{},"toString":1}"#),
    ("InheritedRequired", r#"{"constructor":1,"hasOwnProperty":true,"toString":1}"#),
    ("InheritedRequired", r#"{"constructor":1,"hasOwnProperty":true,"__proto__":{}}"#),
    (
        "InheritedVariants",
        r#"{"external":[],"internal":[],"adjacent":[{"hasOwnProperty":"Anything"}],"untagged":[]}"#,
    ),
];
