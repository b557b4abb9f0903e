//! Types with every rule in every place, and values that keep and break them.

use arbitrary::{Arbitrary, Result, Unstructured};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Texts close to the limits of rules: by length in scalar values, UTF-16 units and bytes, by
/// format, by the special characters of patterns, JSON, pointers and Elm, and by order. Elm sorts
/// by UTF-16, in which U+E000 to U+FFFF follow all characters beyond them.
const TEXTS: &[&str] = &[
    "",
    "a",
    "ab",
    "abc",
    "abcd",
    "A",
    "Z9",
    "0",
    "-",
    " ",
    "  ",
    "\t",
    "\n",
    "a\nb",
    "\u{0}",
    "\u{7f}",
    "é",
    "e\u{301}",
    "ß",
    "😀",
    "😀😀",
    "😀😀😀",
    "👨‍👩‍👧",
    "\u{200b}",
    "\u{2028}",
    "\u{10ffff}",
    "\u{e000}",
    "Ａ",
    "\u{fffe}",
    "\u{ffff}",
    "\u{ffff}\u{0}",
    "\u{ffff}\u{e000}",
    "\u{ffff}\u{ffff}",
    "\u{ffff}😀",
    "😀Ａ",
    "aＡ",
    "a😀",
    "\u{d7ff}",
    "\"",
    "\\",
    "'",
    "`",
    "/",
    "~",
    "~0",
    "~1",
    "a/b~c",
    "{}",
    "[]",
    "null",
    "de",
    "de-CH",
    "de-ch",
    "DE-CH",
    "deCH",
    "de-CHX",
    "x.y",
    "x+y",
    "x|y",
    "^x$",
    "a.b",
    "a..b",
    "a@b",
    "a@b.c",
    "@",
    "a@",
    "@b",
    "ada@acme.example",
    "ada+tag@acme.example",
    "ada@acme..example",
    "ada@-acme.example",
    "Ada@ACME.example",
    "ada @acme.example",
    "ada@acme.example\n",
    "ä@acme.example",
    "https://acme.example",
    "http://acme.example/a?b=c#d",
    "HTTPS://acme.example",
    "https://",
    "https://a b",
    "ftp://acme.example",
    "//acme.example",
    "acme.example",
    "mailto:a@b.c",
    "https://acme.example:8080/",
    "https://[::1]/",
    "2025-11-22",
    "2025-1-22",
    "12:30",
    "fe:ed",
    "fe:eD",
    "light",
    "dark",
    "Light",
];

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    u.choose(TEXTS).map(|text| (*text).to_owned())
}

fn maybe(u: &mut Unstructured<'_>) -> Result<Option<String>> {
    u.ratio(3, 4)?.then(|| text(u)).transpose()
}

fn list<'u, T>(
    u: &mut Unstructured<'u>,
    mut item: impl FnMut(&mut Unstructured<'u>) -> Result<T>,
) -> Result<Vec<T>> {
    let len = u.int_in_range(0..=5)?;
    (0..len).map(|_| item(u)).collect()
}

fn number(u: &mut Unstructured<'_>) -> Result<f64> {
    u.choose(&[0.0, -0.0, 0.5, -0.5, 0.1, 1.0, 1e-9, 2.5, -2.5, 100.0, 100.5, 1e300, -1e300]).copied()
}

fn integer(u: &mut Unstructured<'_>) -> Result<i64> {
    const MAX: i64 = (1 << 53) - 1;
    u.choose(&[0, 1, -1, 9, 10, 11, 99, 100, 101, MAX, -MAX, MAX - 1]).copied()
}

fn texts(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    list(u, text)
}

fn set(u: &mut Unstructured<'_>) -> Result<BTreeSet<String>> {
    Ok(texts(u)?.into_iter().collect())
}

fn map(u: &mut Unstructured<'_>) -> Result<BTreeMap<String, String>> {
    Ok(list(u, |u| Ok((text(u)?, text(u)?)))?.into_iter().collect())
}

/// Rules of strings.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct TextRules {
    #[kv(len(min = 1, max = 3))]
    #[arbitrary(with = text)]
    both: String,
    #[kv(len(min = 2))]
    #[arbitrary(with = text)]
    least: String,
    #[kv(len(max = 2))]
    #[arbitrary(with = text)]
    most: String,
    #[kv(len(min = 2, max = 2))]
    #[arbitrary(with = text)]
    exact: String,
    #[kv(non_empty)]
    #[arbitrary(with = text)]
    some: String,
    #[kv(pattern = "^[a-z]{2}(-[A-Z]{2})?$")]
    #[arbitrary(with = text)]
    language: String,
    #[kv(pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    #[arbitrary(with = text)]
    date: String,
    #[kv(pattern = "^(a|ab|x\\.y|\\^x\\$|\\[\\]|x[+|]y)$")]
    #[arbitrary(with = text)]
    special: String,
    #[kv(email)]
    #[arbitrary(with = text)]
    email: String,
    #[kv(url)]
    #[arbitrary(with = text)]
    url: String,
    #[kv(one_of("light", "dark", "\"", "\\"))]
    #[arbitrary(with = text)]
    theme: String,
    #[kv(len(min = 2), pattern = "^[a-z]*$", one_of("light", "ab", "A"))]
    #[arbitrary(with = maybe)]
    several: Option<String>,
    #[kv(pattern = "^[a-z]*$", len(max = 2), non_empty)]
    #[arbitrary(with = maybe)]
    length_last: Option<String>,
}

/// Rules of numbers.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct NumberRules {
    #[kv(range(min = 1, max = 100))]
    percent: u8,
    #[kv(range(min = -10))]
    least: i8,
    #[kv(range(max = 10))]
    #[arbitrary(with = integer)]
    most: i64,
    #[kv(range(min = 10, max = 100), js_safe)]
    #[arbitrary(with = integer)]
    big: i64,
    #[kv(range(min = -0.5, max = 0.5))]
    #[arbitrary(with = number)]
    ratio: f64,
    #[kv(range(min = 0))]
    #[arbitrary(with = number)]
    positive: f64,
    #[kv(range(max = 100))]
    #[arbitrary(with = number)]
    hundred: f64,
    #[kv(range(min = 10))]
    maybe: Option<u16>,
}

/// Rules of items of lists, sets and maps.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct ListRules {
    #[kv(len(min = 1, max = 3), each(len(min = 1, max = 2)))]
    #[arbitrary(with = texts)]
    tags: Vec<String>,
    #[kv(each(one_of("a", "ab"), len(min = 2)), len(max = 2))]
    #[arbitrary(with = texts)]
    length_last: Vec<String>,
    #[kv(len(max = 1))]
    scores: Vec<Score>,
    #[kv(non_empty, each(non_empty))]
    #[arbitrary(with = set)]
    names: BTreeSet<String>,
    #[kv(len(max = 2), each(one_of("light", "dark")))]
    #[arbitrary(with = map)]
    themes: BTreeMap<String, String>,
    #[kv(each(each(range(max = 100))))]
    rows: Vec<Vec<u8>>,
    #[arbitrary(with = by_char)]
    by_char: HashMap<char, Item>,
    #[kv(each(range(max = 100)))]
    by_number: HashMap<i16, u8>,
    by_bool: HashMap<bool, Item>,
    #[kv(each(range(max = 100)))]
    by_id: HashMap<Id, u8>,
    by_score: BTreeMap<Score, Item>,
    by_name: HashMap<Name, Item>,
    #[kv(len(min = 2))]
    #[arbitrary(with = rest)]
    rest: Option<Vec<String>>,
}

/// A key of a map, ordered by its variants.
#[derive(Debug, PartialEq, Eq, Hash, Arbitrary, Serialize, Deserialize, KvField)]
enum Name {
    Zoe,
    #[serde(rename = "10")]
    Ten,
    Ada,
    #[serde(rename = "9")]
    Nine,
}

/// A key with rules.
#[derive(Debug, PartialEq, Eq, Hash, Arbitrary, Serialize, Deserialize, KvField)]
struct Id(
    #[kv(len(min = 1, max = 2), one_of("a", "b", "aＡ", "", "abc"))]
    #[arbitrary(with = text)]
    String,
);

/// A number with rules.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
struct Score(#[kv(range(max = 100))] u8);

fn by_char(u: &mut Unstructured<'_>) -> Result<HashMap<char, Item>> {
    const CHARS: &[char] = &['a', '\u{d7ff}', '\u{e000}', 'Ａ', '\u{ffff}', '😀', '\u{10ffff}'];
    Ok(list(u, |u| Ok((*u.choose(CHARS)?, Item::arbitrary(u)?)))?.into_iter().collect())
}

fn rest(u: &mut Unstructured<'_>) -> Result<Option<Vec<String>>> {
    u.ratio(1, 2)?.then(|| texts(u)).transpose()
}

/// Maps of every kind with more entries than fit on the stack in JavaScript.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct Large {
    #[arbitrary(with = many)]
    by_number: BTreeMap<i32, u8>,
    #[arbitrary(with = many)]
    by_text: BTreeMap<String, u8>,
    #[serde(flatten)]
    #[arbitrary(with = many)]
    rest: HashMap<String, u8>,
}

fn many<M: FromIterator<(K, u8)>, K: From<Place>>(u: &mut Unstructured<'_>) -> Result<M> {
    let len = if u.ratio(1, 100)? { 10_000 } else { 2 };
    Ok((0..len).map(|nth| (Place(nth).into(), 1)).collect())
}

struct Place(i32);

impl From<Place> for i32 {
    fn from(Place(nth): Place) -> Self {
        nth
    }
}

impl From<Place> for String {
    fn from(Place(nth): Place) -> Self {
        format!("at {nth}")
    }
}

/// Rules of nested types.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct InnerRules {
    one: Item,
    #[arbitrary(with = items)]
    many: Vec<Item>,
    #[arbitrary(with = by_name)]
    by_name: BTreeMap<String, Item>,
    maybe: Option<Box<Item>>,
    pair: (Item, Item),
    #[serde(rename = "a/b~c")]
    renamed: Item,
    #[serde(flatten)]
    flat: Flat,
    choice: Choice,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct Item {
    #[kv(len(min = 1, max = 2))]
    #[arbitrary(with = text)]
    name: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
struct Flat {
    #[kv(range(max = 100))]
    flat_count: u8,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
enum Choice {
    Nothing,
    One(
        #[kv(non_empty)]
        #[arbitrary(with = text)]
        String,
    ),
    Two(#[kv(range(max = 9))] u8, Item),
    Named {
        #[kv(email)]
        #[arbitrary(with = text)]
        email: String,
        item: Item,
    },
}

fn items(u: &mut Unstructured<'_>) -> Result<Vec<Item>> {
    list(u, Item::arbitrary)
}

fn by_name(u: &mut Unstructured<'_>) -> Result<BTreeMap<String, Item>> {
    Ok(list(u, |u| Ok((text(u)?, Item::arbitrary(u)?)))?.into_iter().collect())
}
