//! The types of the standard library.

use super::structs::Point;
use super::wild;
use arbitrary::{Arbitrary, Unstructured};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, Wrapping};
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Integers up to 64 bits.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Integers {
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    isize: isize,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    usize: usize,
}

/// Integers of 128 bits.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Wide {
    #[arbitrary(with = wild::i128)]
    i128: i128,
    #[arbitrary(with = wild::u128)]
    u128: u128,
}

/// Integers that are not 0, and wrapping integers.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct OtherIntegers {
    i8: NonZero<i8>,
    i16: NonZero<i16>,
    i32: NonZero<i32>,
    i64: NonZero<i64>,
    isize: NonZero<isize>,
    u8: NonZero<u8>,
    u16: NonZero<u16>,
    u32: Option<NonZero<u32>>,
    u64: NonZero<u64>,
    usize: NonZero<usize>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.arbitrary().map(|n: NonZero<i64>| n.into()))]
    i128: NonZero<i128>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.arbitrary().map(|n: NonZero<u64>| n.into()))]
    u128: NonZero<u128>,
    wrapping: Wrapping<u8>,
}

/// Floats and `bool`.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Floats {
    bool: bool,
    f32: f32,
    f64: Option<f64>,
    many: Vec<f32>,
}

/// Owned texts of all types.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Texts {
    char: char,
    string: String,
    boxed: Box<str>,
    shared: Arc<str>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.arbitrary().map(Cow::Owned))]
    cow: Cow<'static, str>,
    path: PathBuf,
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.arbitrary().map(PathBuf::into_boxed_path))]
    boxed_path: Box<Path>,
}

/// Pointers. Types that are not `Send` cannot be stored.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Pointers {
    boxed: Box<Point>,
    counted: Rc<Point>,
    shared: Arc<Option<u8>>,
    text: Rc<str>,
    boxed_list: Box<[u8]>,
    counted_list: Rc<[Point]>,
    shared_list: Arc<[u16]>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.arbitrary().map(Cow::Owned))]
    cow: Cow<'static, Point>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.arbitrary().map(Cow::Owned))]
    cow_list: Cow<'static, [Point]>,
}

/// Lists of any length, sets and arrays.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Lists {
    vec: Vec<Vec<u8>>,
    deque: VecDeque<bool>,
    #[expect(clippy::linkedlist, reason = "it is what is tried")]
    linked: LinkedList<Option<u8>>,
    reversed: Reverse<Vec<u8>>,
    sorted: BTreeSet<u8>,
    hashed: HashSet<String>,
    array: [u8; 4],
    none: [u8; 0],
    most: [Option<bool>; 32],
}

/// Tuples of every length.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Tuples {
    none: (),
    one: (u8,),
    two: (u8, String),
    three: (u8, (), Option<bool>),
    four: (u8, u8, u8, u8),
    five: (u8, u8, u8, u8, u8),
    six: (u8, u8, u8, u8, u8, u8),
    seven: (u8, u8, u8, u8, u8, u8, u8),
    eight: (u8, u8, u8, u8, u8, u8, u8, u8),
    nine: (u8, u8, u8, u8, u8, u8, u8, u8, u8),
    ten: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8),
    eleven: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8),
    #[expect(clippy::type_complexity, reason = "it is the longest that there is")]
    twelve: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, (bool, char)),
}

/// `Option` in `Option`, `Result`, and units.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Maybes {
    option: Option<u8>,
    #[expect(clippy::option_option, reason = "it is what is tried")]
    twice: Option<Option<u8>>,
    nothing: Option<()>,
    boxed: Box<Option<Point>>,
    result: Result<u8, String>,
    inside: Result<Option<Point>, ()>,
    phantom: PhantomData<Point>,
}

/// Ranges and bounds.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Ranges {
    from_to: Range<u8>,
    through: RangeInclusive<i64>,
    from: RangeFrom<f64>,
    to: Option<RangeTo<String>>,
    bound: Bound<Point>,
    ends: (Bound<Point>, Bound<Point>),
}

/// Times and addresses.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Times {
    span: Duration,
    #[arbitrary(with = wild::time)]
    point: SystemTime,
}

/// Internet addresses.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Addresses {
    ip: IpAddr,
    v4: Ipv4Addr,
    v6: Ipv6Addr,
    #[arbitrary(with = plain_socket)]
    socket: SocketAddr,
    socket_v4: SocketAddrV4,
    #[arbitrary(with = plain_socket_v6)]
    socket_v6: Option<SocketAddrV6>,
}

fn plain_socket(u: &mut Unstructured<'_>) -> arbitrary::Result<SocketAddr> {
    Ok(SocketAddr::new(u.arbitrary()?, u.arbitrary()?))
}

/// An address without a flow label, which is not written.
fn plain_socket_v6(u: &mut Unstructured<'_>) -> arbitrary::Result<Option<SocketAddrV6>> {
    Ok(Some(SocketAddrV6::new(u.arbitrary()?, u.arbitrary()?, 0, u.arbitrary()?)))
}
