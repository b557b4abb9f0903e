//! Faults of the schema: types that serde does not read back unchanged, which a catalog rejects.

use kv_core::schema::wire;
use kv_core::{Access, Catalog, KvField, KvType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Whether `serde_json` reads the value back unchanged.
fn survives<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> bool {
    serde_json::to_string(value)
        .is_ok_and(|json| serde_json::from_str::<T>(&json).is_ok_and(|read| read == *value))
}

/// Asserts that the schema has no fault and serde reads the value back unchanged.
#[track_caller]
fn sound<T: KvField + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    assert_eq!(wire::faults(T::schema()), [], "{value:?}");
    assert!(survives(value), "{value:?}");
}

/// Asserts that serde does not read the value back unchanged, and that the schema has one fault,
/// which contains `message`.
#[track_caller]
fn refused<T: KvField + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, message: &str) {
    assert!(!survives(value), "serde reads {value:?} back unchanged");
    let faults: Vec<_> = wire::faults(T::schema()).iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains(message), "{faults:?}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Point {
    x: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Loose {
    a: Option<u8>,
    #[serde(default)]
    b: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
struct Strict {
    s: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
enum External {
    Unit,
    One(u8),
    Two { y: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum Internal {
    Unit,
    One(Point),
    Two { y: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum Holds<T> {
    It(T),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind", deny_unknown_fields)]
enum StrictInternal {
    Two { y: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind", content = "of")]
enum Adjacent {
    One(u8),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Untagged<T> {
    It(T),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Flat<T> {
    own: u8,
    #[serde(flatten)]
    inner: T,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Renamed {
    #[serde(alias = "x")]
    own: u8,
    #[serde(flatten)]
    inner: Point,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Both<A, B> {
    #[serde(flatten)]
    first: A,
    #[serde(flatten)]
    second: B,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Kind {
    kind: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Numbers {
    by_id: BTreeMap<u32, u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Big {
    n: u128,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Wrapped(Point);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Two<A>(A, A);

fn map() -> BTreeMap<String, u8> {
    BTreeMap::from([("z".to_owned(), 1)])
}

fn flat<T>(inner: T) -> Flat<T> {
    Flat { own: 1, inner }
}

fn both<A, B>(first: A, second: B) -> Both<A, B> {
    Both { first, second }
}

const POINT: Point = Point { x: 1 };

#[test]
fn types_with_members_can_be_flattened_and_tagged() {
    sound(&flat(POINT));
    sound(&flat(Wrapped(POINT)));
    sound(&flat(Some(POINT)));
    sound(&flat(map()));
    sound(&flat(()));
    sound(&flat(External::Two { y: 1 }));
    sound(&flat(Internal::One(POINT)));
    sound(&flat(Adjacent::One(1)));
    sound(&flat(Untagged::It(POINT)));
    sound(&both(POINT, map()));
    sound(&both(External::Unit, map()));
    sound(&both(Internal::Unit, Loose { a: None, b: 1 }));
    sound(&Holds::It(map()));
    sound(&Holds::It(External::One(1)));
    sound(&Holds::It(()));
}

#[test]
fn types_without_members_cannot_be_flattened_or_tagged() {
    refused(&flat(1), "a `i32` has no members");
    refused(&flat(vec![1]), "`Flat<Vec<i32>>.inner` is flattened");
    refused(&flat(Two(1, 2)), "`Two<i32>` has no members");
    refused(&flat(Untagged::It(1)), "has no members");
    refused(&Holds::It(1), "`Holds<i32>::It` holds a `i32`");
    refused(&Holds::It(Some(POINT)), "which is not an object");
    refused(&Holds::It(Untagged::It("a".to_owned())), "which is not an object");
}

#[test]
fn flattened_option_needs_a_required_member() {
    refused(&flat(None::<Loose>), "is read as one without members");
    refused(&flat(None::<BTreeMap<String, u8>>), "is read as one without members");
}

#[test]
fn flattened_members_must_not_share_a_name() {
    refused(&both(POINT, POINT), "its member \"x\" has the same name as that of `first`");
    refused(&Renamed { own: 1, inner: POINT }, "its member \"x\" has the same name as that of `own`");
    refused(&Holds::It(Kind { kind: 1 }), "has a member \"kind\"");
}

#[test]
fn flattened_type_must_not_take_the_members_of_another() {
    refused(&both(map(), POINT), "takes every member, including those of the flattened `second`");
    refused(
        &both(Internal::Two { y: 1 }, map()),
        "takes every member, including those of the flattened `first`",
    );
    refused(&both(StrictInternal::Two { y: 1 }, POINT), "refuses unknown members, including those of");
    sound(&flat(StrictInternal::Two { y: 1 }));
    sound(&both(POINT, StrictInternal::Two { y: 1 }));
    sound(&flat(Strict { s: 1 }));
}

#[test]
fn buffered_values_have_string_keys_and_64_bit_integers() {
    let numbers = Numbers { by_id: BTreeMap::from([(1, 2)]) };
    sound(&numbers);
    sound(&Big { n: 1 });
    sound(&vec![Adjacent::One(1)]);
    let message = "`Numbers.by_id` is a map with keys of `u32`";
    refused(&flat(numbers.clone()), message);
    refused(&Untagged::It(numbers.clone()), message);
    refused(&Holds::It(numbers), message);
    refused(&Untagged::It(vec![Big { n: 1 }]), "`Big.n` is a 128-bit integer");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Endless {
    #[serde(flatten)]
    next: Option<Box<Endless>>,
}

#[derive(KvField)]
struct Never(Box<Again>);

#[derive(KvField)]
#[serde(untagged)]
enum Again {
    It(Box<Never>),
}

#[test]
fn recursive_types_are_checked() {
    assert_eq!(wire::faults(Endless::schema()).len(), 1);
    assert_eq!(wire::faults(Flat::<Never>::schema()).len(), 2);
}

#[derive(Serialize, Deserialize, KvType)]
struct Stored {
    #[serde(flatten)]
    point: Point,
    #[serde(flatten)]
    again: Option<Point>,
    #[kv(skip)]
    secret: u8,
}

#[test]
fn catalog_rejects_types_with_faults() {
    let error = Catalog::builder().expose::<Stored>(Access::Read).build().unwrap_err().to_string();
    let expected = [
        "`derive::wire::Stored` cannot be exposed: `Stored.secret` is left out of the schema by `#[kv(skip)]`, but serde \
         writes it: add `#[serde(skip)]` to it",
        "`derive::wire::Stored` cannot be exposed: `Stored.again` is flattened, and its member \"x\" has the same name as that \
         of `point`: rename one of them",
    ];
    assert_eq!(error.lines().collect::<Vec<_>>(), expected);
}

/// Asserts that the schema has no fault and that serde writes the same JSON after reading it,
/// although it may have read another variant.
#[track_caller]
fn rewritten_unchanged<T: KvField + Serialize + DeserializeOwned>(value: &T) {
    assert_eq!(wire::faults(T::schema()), []);
    let json = serde_json::to_string(value).unwrap();
    let again = serde_json::to_string(&serde_json::from_str::<T>(&json).unwrap()).unwrap();
    assert_eq!(again, json);
}

macro_rules! untagged {
    ($name:ident { $($variants:tt)* }) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
        #[serde(untagged)]
        enum $name { $($variants)* }
    };
}

untagged! { ByKind { Nothing, Flag(bool), Fraction(f64), Text(String), Several(Vec<i64>), Point { x: i64 } } }
untagged! { ParticularFirst { Both { x: u8, y: u8 }, One { x: u8 }, Other { z: u8 } } }
untagged! { StrictFirst { Strict(Strict), More { s: u8, t: u8 } } }
untagged! { ByTag { A(Internal), B(Holds<Kind2>) } }
untagged! { GeneralFirst { One { x: u8 }, Both { x: u8, y: u8 } } }
untagged! { NothingIsRequired { Loose(Loose), Point { x: u8 } } }
untagged! { FloatFirst { Fraction(f64), Whole(i64) } }
untagged! { TwoLists { Numbers(Vec<u8>), Texts(Vec<String>) } }
untagged! { StructAndTuple { Point { x: u8, y: u8 }, Pair(u8, u8) } }
untagged! { StructAndList { Point(Point), Bytes([u8; 1]) } }
untagged! { TextFirst { Text(String), Color(Option<External>) } }
untagged! { KnownFirst { Known(External), Address(std::net::Ipv4Addr), Other(String) } }
untagged! { NarrowFirst { Small(u8), Large(i64) } }
untagged! { FloatsFirst { Fractions(Vec<f64>), Wholes(Vec<i64>) } }
untagged! { PointFirst { Point { x: u8, y: Option<u8> }, Row { x: u8 } } }

#[test]
fn untagged_variants_may_be_confused_if_they_write_the_same_json() {
    rewritten_unchanged(&TwoLists::Texts(Vec::new()));
    rewritten_unchanged(&TextFirst::Color(Some(External::Unit)));
    rewritten_unchanged(&KnownFirst::Other("Unit".to_owned()));
    rewritten_unchanged(&KnownFirst::Other("127.0.0.1".to_owned()));
    rewritten_unchanged(&NarrowFirst::Large(1));
    refused(
        &FloatsFirst::Wholes(vec![1]),
        "read back as `Fractions`, an earlier variant that accepts its JSON but writes it differently",
    );
    refused(&PointFirst::Row { x: 1 }, "read back as `Point`");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Kind2 {
    n: u8,
}

#[test]
fn untagged_variants_are_distinguished_by_their_form() {
    for value in [
        ByKind::Nothing,
        ByKind::Flag(true),
        ByKind::Fraction(1.0),
        ByKind::Text(String::new()),
        ByKind::Several(vec![1]),
        ByKind::Point { x: 1 },
    ] {
        sound(&value);
    }
    sound(&ParticularFirst::Both { x: 1, y: 2 });
    sound(&ParticularFirst::One { x: 1 });
    sound(&StrictFirst::More { s: 1, t: 2 });
    refused(&GeneralFirst::Both { x: 1, y: 2 }, "`GeneralFirst::Both` is read back as `One`");
    refused(&NothingIsRequired::Point { x: 1 }, "put the more specific variant first");
    refused(&FloatFirst::Whole(1), "`FloatFirst::Whole` is read back as `Fraction`");
    sound(&StructAndTuple::Pair(1, 2));
    refused(&StructAndList::Bytes([1]), "read back as `Point`");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Either<A, B> {
    First(A),
    Second(B),
}

/// Asserts that serde reads the second variant as the first, and that the schema says so.
#[track_caller]
fn shadowed<A, B>(second: B)
where
    A: KvField + Serialize + DeserializeOwned + PartialEq + Debug,
    B: KvField + Serialize + DeserializeOwned + PartialEq + Debug,
{
    refused(&Either::<A, B>::Second(second), "is read back as `First`");
}

/// Asserts that serde does not read the second variant as the first.
#[track_caller]
fn apart<A, B>(second: B)
where
    A: KvField + Serialize + DeserializeOwned + PartialEq + Debug,
    B: KvField + Serialize + DeserializeOwned + PartialEq + Debug,
{
    sound(&Either::<A, B>::Second(second));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Defaulted {
    x: u8,
    #[serde(default)]
    y: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct DefaultedItem(u8, #[serde(default)] u8);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Optional {
    x: u8,
    y: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct AllDefaulted {
    #[serde(default)]
    x: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum OtherKinds {
    Known {
        x: u8,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, KvField)]
enum Known {
    #[serde(alias = "Azure")]
    Blue,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
enum OtherNames {
    Red,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
enum Azure {
    Azure,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct MaybeBlue {
    #[serde(rename = "Blue")]
    blue: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Aliased {
    #[serde(alias = "kind")]
    x: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct KindAndX {
    kind: u8,
    x: u8,
}

#[test]
fn list_is_read_as_a_struct_with_defaults_for_the_rest() {
    shadowed::<DefaultedItem, _>([1]);
    shadowed::<Defaulted, _>([1]);
    shadowed::<AllDefaulted, _>(Vec::<AllDefaulted>::new());
    apart::<Point, _>([1, 2]);
    apart::<Optional, _>([1]);
}

#[test]
fn variant_is_read_by_its_name_aliases_and_index() {
    shadowed::<OtherKinds, _>(Internal::Unit);
    shadowed::<OtherNames, _>(Known::Blue);
    shadowed::<Known, _>(Azure::Azure);
    shadowed::<Known, _>(MaybeBlue { blue: None });
    shadowed::<Internal, _>([0]);
    shadowed::<Internal, _>(Kind { kind: 0 });
    apart::<Azure, _>(Known::Blue);
    apart::<Aliased, _>(KindAndX { kind: 1, x: 2 });
    apart::<BTreeMap<Known, u8>, _>(POINT);
}

#[test]
fn flattened_members_can_distinguish_untagged_variants() {
    shadowed::<Point, _>(flat(POINT));
    shadowed::<Point, _>(flat(Deeper { own_too: 1, inner: POINT }));
    shadowed::<Own, _>(flat(Internal::Unit));
    apart::<Flat<Internal>, _>(Own { own: 1 });
    apart::<Flat<External>, _>(Own { own: 1 });
    apart::<Flat<BTreeMap<String, u8>>, _>(OwnAndText { own: 1, text: "a".to_owned() });
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Deeper<T> {
    own_too: u8,
    #[serde(flatten)]
    inner: T,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Own {
    own: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct OwnAndText {
    own: u8,
    text: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Branches {
    Sum { left: Box<Branches>, right: Box<Branches>, sum: () },
    Product { left: Box<Branches>, right: Box<Branches>, product: () },
    Leaf(u8),
}

#[test]
fn mutually_recursive_variants_are_checked() {
    let leaf = || Box::new(Branches::Leaf(1));
    sound(&Branches::Product { left: leaf(), right: leaf(), product: () });
}

#[derive(KvField)]
struct Chain(Option<Box<Chain>>);

#[derive(KvField)]
#[serde(untagged)]
enum Negated {
    Again(Box<Negated>),
    Number { n: u8 },
}

#[test]
fn type_whose_wire_form_is_itself_is_a_fault() {
    for schema in [Chain::schema(), Negated::schema(), Either::<u8, Chain>::schema()] {
        let faults = wire::faults(schema);
        assert!(faults.iter().any(|fault| fault.to_string().contains("never ends")), "{faults:?}");
    }
}

#[test]
fn alias_must_not_equal_a_flattened_member() {
    refused(
        &both(Aliased { x: 1 }, Kind { kind: 2 }),
        "its member \"kind\" has the same name as that of `first`",
    );
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum KindOr<T> {
    Known {
        x: u8,
    },
    #[serde(untagged)]
    Else(T),
}

#[test]
fn untagged_variant_must_not_match_a_tag() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
    struct KindText {
        kind: String,
        x: u8,
        y: u8,
    }
    refused(&KindOr::Else(KindText { kind: "Known".to_owned(), x: 1, y: 2 }), "is read back as `Known`");
    sound(&KindOr::Else(POINT));
    sound(&KindOr::Else("Known".to_owned()));
}
