//! Rules. They do not affect the wire form: invalid values are written and read.

use super::wild;
use arbitrary::Arbitrary;
use arbitrary::{Result, Unstructured};
use kv_core::KvType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rules for texts.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[kv(key = "{name}")]
pub struct RuledTexts {
    #[kv(len(min = 1, max = 8))]
    name: String,
    #[kv(non_empty)]
    title: Option<String>,
    #[kv(pattern = "^[a-z]{2}(-[A-Z]{2})?$")]
    #[arbitrary(with = language)]
    language: String,
    #[kv(one_of("light", "dark"))]
    #[arbitrary(with = theme)]
    theme: String,
    #[kv(email)]
    #[arbitrary(value = "ada@acme.example".to_owned())]
    email: String,
    #[kv(url)]
    #[arbitrary(value = None)]
    home: Option<String>,
    #[kv(custom = "short")]
    note: String,
}

fn language(u: &mut Unstructured<'_>) -> Result<String> {
    u.choose(&["de", "de-CH", "German"]).map(|text| (*text).to_owned())
}

fn theme(u: &mut Unstructured<'_>) -> Result<String> {
    u.choose(&["light", "dark", "dim"]).map(|text| (*text).to_owned())
}

fn short(note: &str) -> std::result::Result<(), &'static str> {
    if note.len() < 20 { Ok(()) } else { Err("must be short") }
}

/// Rules for numbers.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[kv(validate = "in_order")]
pub struct RuledNumbers {
    #[kv(range(max = 200))]
    from: u8,
    #[kv(range(min = 1))]
    to: u8,
    #[kv(range(min = -0.5, max = 0.5))]
    #[arbitrary(with = wild::finite)]
    ratio: f64,
    #[kv(js_safe)]
    ticks: Option<i64>,
    #[kv(any_int)]
    id: u64,
}

fn in_order(numbers: &RuledNumbers) -> std::result::Result<(), &'static str> {
    if numbers.from <= numbers.to { Ok(()) } else { Err("must end after it begins") }
}

/// Rules for items of lists and maps.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct RuledLists {
    #[kv(len(max = 5), each(range(min = 1, max = 250)))]
    scores: Vec<u8>,
    #[kv(non_empty, each(len(min = 1)))]
    names: BTreeMap<u8, String>,
    #[kv(each(each(js_safe)))]
    ticks: [Vec<u64>; 2],
}
