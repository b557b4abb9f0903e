//! Generic types.

use super::structs::Point;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// Two parameters.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Pair<A, B> {
    first: A,
    second: Option<B>,
}

/// A pair of numbers.
pub type Numbers = Pair<u8, i64>;

/// A pair with a part that is a pair.
pub type NestedPair = Pair<String, Pair<Point, ()>>;

/// A const parameter and a type parameter.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
#[serde(bound = "T: Serialize + DeserializeOwned, [T; WIDTH]: Serialize + DeserializeOwned")]
pub struct Row<T, const WIDTH: usize, const WRAPS: bool, const END: char> {
    all_cells: [T; WIDTH],
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<T>,
}

/// Three numbers.
pub type ThreeNumbers = Row<u8, 3, true, '|'>;

/// No points.
pub type NoPoints = Row<Point, 0, false, '\n'>;

/// An enum with parameters, untagged.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Either<L, R> {
    Left(L),
    Right(R),
}

/// A number or a text.
pub type NumberOrText = Either<i32, String>;

/// An adjacently tagged enum with parameters.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "state", content = "data", rename_all = "lowercase")]
pub enum Remote<T, E = String> {
    Waiting,
    Failed(E),
    Done(T),
}

/// Points of another source.
pub type RemotePoints = Remote<Vec<Point>>;

/// A parameter that is not on the wire.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(transparent, bound = "")]
pub struct Id<T> {
    number: u32,
    of: PhantomData<T>,
}

/// Stored types made of generic types: newtypes of their instances.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(transparent)]
pub struct StoredPage(Page<Point>);

/// A page of items.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Page<T> {
    items: Vec<T>,
    of: Id<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Box<Page<T>>>,
}
