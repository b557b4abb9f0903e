//! Fields that may be missing, and fields that may be left out.

use arbitrary::Arbitrary;
use kv_core::KvType;
use serde::{Deserialize, Serialize};

/// Defaults of types and of functions.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct FieldDefaults {
    always: u8,
    #[serde(default)]
    of_type: Vec<u8>,
    #[serde(default = "eleven")]
    of_function: u8,
    #[serde(default = "some_text")]
    option: Option<String>,
}

const fn eleven() -> u8 {
    11
}

#[expect(clippy::unnecessary_wraps, reason = "it is the default of a field")]
fn some_text() -> Option<String> {
    Some("text".to_owned())
}

/// A default for the whole struct.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(default)]
pub struct ContainerDefault {
    theme: String,
    size: u8,
    #[serde(default = "eleven")]
    own: u8,
    note: Option<u8>,
}

impl Default for ContainerDefault {
    fn default() -> Self {
        Self { theme: "light".to_owned(), size: 3, own: 0, note: Some(1) }
    }
}

/// A default for the whole struct, from a function.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(default = "corner")]
pub struct ContainerDefaultOf {
    left: i8,
    top: i8,
}

const fn corner() -> ContainerDefaultOf {
    ContainerDefaultOf { left: -1, top: 1 }
}

/// A tuple struct with a default for the whole.
#[derive(Debug, Default, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(default)]
pub struct TupleDefault(u8, String, Option<u8>);

/// Fields that are left out if they are empty.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(default)]
pub struct LeftOut {
    #[serde(skip_serializing_if = "String::is_empty")]
    #[arbitrary(default)]
    of_container: String,
    #[serde(default = "eleven", skip_serializing_if = "is_eleven")]
    of_function: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    of_type: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[arbitrary(value = Some(2))]
    option: Option<u8>,
    always: bool,
}

impl Default for LeftOut {
    fn default() -> Self {
        Self { of_container: String::new(), of_function: 0, of_type: vec![1], option: None, always: true }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_eleven(n: &u8) -> bool {
    *n == 11
}

/// An `Option` that is left out, without a default.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct OptionLeftOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", alias = "numbers")]
    scores: Option<Vec<f32>>,
}

/// Fields of variants that may be missing or left out.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub enum VariantDefaults {
    Named {
        #[serde(default)]
        a: u8,
        #[serde(default = "eleven", skip_serializing_if = "is_eleven")]
        b: u8,
        c: Option<u8>,
    },
    Tuple(u8, #[serde(default)] Vec<u8>),
}
