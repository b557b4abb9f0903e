//! Generated code passes strict lints. `cargo clippy` is the test.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    missing_debug_implementations
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::absolute_paths,
    clippy::allow_attributes_without_reason,
    clippy::default_numeric_fallback,
    clippy::indexing_slicing,
    clippy::missing_inline_in_public_items,
    clippy::missing_trait_methods,
    clippy::pattern_type_mismatch,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated
)]

use renamed::{KvField, KvType};

/// A stored type with a key template and every rule.
#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(crate = "::renamed", ttl = "30s", key = "room:{room}:{row}:{color}/{letter}")]
#[kv(max_entries = 1000, evict = "oldest")]
pub struct Seat {
    #[kv(len(min = 1, max = 9))]
    room: String,
    #[kv(range(min = 1))]
    row: u16,
    color: Color,
    letter: char,
    #[kv(each(non_empty), len(max = 5), custom = "some")]
    tags: Option<Vec<String>>,
    #[kv(one_of("free", "taken"))]
    state: String,
    ratio: f64,
    page: Page<u8, 3>,
}

const fn some(tags: &[String]) -> Result<(), &'static str> {
    if tags.is_empty() { Err("must have tags") } else { Ok(()) }
}

/// An enum used as a part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, KvField)]
#[kv(crate = "::renamed")]
pub enum Color {
    /// Red.
    Red,
    /// Green.
    Green,
}

/// A generic enum with variants of every form.
#[derive(Clone, Debug, PartialEq, Eq, KvField)]
#[kv(crate = "::renamed")]
#[serde(tag = "t", content = "c")]
pub enum Page<T, const N: usize> {
    /// A unit variant.
    Unit,
    /// A newtype variant.
    Newtype(#[kv(non_empty)] Vec<T>),
    /// A tuple variant.
    Tuple(T, u8),
    /// A struct variant.
    Named {
        /// A field with a rule.
        #[kv(range(max = 3))]
        n: u8,
        /// A recursive field.
        next: Option<Box<Self>>,
    },
}

/// A struct with every field attribute, and a function that validates the whole value.
#[derive(Clone, Debug, Default, PartialEq, KvType)]
#[kv(crate = "::renamed", validate = "balanced", plural = "Forms")]
#[serde(default)]
pub struct Form {
    #[kv(pattern = "^[a-z]+$")]
    name: String,
    #[kv(each(email, pattern = "@"))]
    mails: Vec<String>,
    #[kv(url)]
    home: Option<String>,
    #[kv(js_safe)]
    ticks: u64,
    #[kv(any_int)]
    id: u64,
    #[kv(any_float)]
    ratio: f64,
    #[kv(each(any_float))]
    ratios: Vec<f32>,
    #[kv(opaque)]
    anything: Option<Anything>,
    #[kv(skip)]
    #[serde(skip)]
    cached: Anything,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rest: Vec<u8>,
}

/// A type that does not implement `KvField`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anything;

const fn balanced(form: &Form) -> Result<(), &'static str> {
    if form.ticks == form.id { Ok(()) } else { Err("must be balanced") }
}

/// A newtype that can be a key of a map.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, KvField)]
#[kv(crate = "::renamed")]
pub struct Name(String);

/// A tuple struct with a key template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, KvType)]
#[kv(crate = "::renamed", key = "{0}:{1}")]
pub struct Pair(u64, u64);

/// A generic struct with its own bounds, among them the bound that the derive adds.
#[derive(Clone, Debug, PartialEq, Eq, KvField)]
#[kv(crate = "::renamed")]
pub struct Both<T: KvField, U>
where
    U: KvField + Clone,
{
    first: T,
    second: U,
}
