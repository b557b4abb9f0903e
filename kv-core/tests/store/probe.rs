//! A catalog compares serde with the schema of each exposed type.

use kv_core::{Access, Catalog, CatalogProblem, KvField, KvType};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, HashMap, HashSet};

fn build<T: KvType + Serialize + DeserializeOwned>() -> Result<Catalog, kv_core::CatalogError> {
    Catalog::builder().expose::<T>(Access::ReadWrite).build()
}

/// Asserts that a type is refused, and returns the message.
#[track_caller]
fn refused<T: KvType + Serialize + DeserializeOwned>(disagreeing: &str) -> String {
    let error = build::<T>().unwrap_err();
    let [CatalogProblem::Serde { fault, .. }] = error.problems() else { panic!("{error}") };
    assert!(fault.ty().ends_with(disagreeing), "{error}");
    let text = error.to_string();
    assert!(text.contains("#[kv(wire = \"…\")]") && text.contains("#[kv(opaque)]"), "{text}");
    text
}

#[track_caller]
fn exposed<T: KvType + Serialize + DeserializeOwned>() {
    if let Err(error) = build::<T>() {
        panic!("{error}");
    }
}

macro_rules! stored {
    ($($name:ident { $($(#[$attr:meta])* $field:ident: $ty:ty),* })*) => {$(
        #[derive(Serialize, Deserialize, KvType)]
        struct $name { $($(#[$attr])* $field: $ty),* }
    )*};
}

/// Implements serde through strings, as `SerializeDisplay` and `DeserializeFromStr` of `serde_with`
/// do.
macro_rules! as_text {
    ($ty:ty) => {
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.text())
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                Self::of(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is none")))
            }
        }
    };
}

/// Implements serde as `serde_repr` does.
#[derive(Clone, Copy, PartialEq, KvField)]
enum Level {
    Low = 1,
    High = 2,
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(*self as u8)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u8::deserialize(from)? {
            1 => Ok(Self::Low),
            2 => Ok(Self::High),
            other => Err(D::Error::custom(format!("invalid value: {other}, expected one of: 1, 2"))),
        }
    }
}

#[derive(KvField)]
struct Point {
    x: i32,
    y: i32,
}

impl Point {
    fn text(&self) -> String {
        format!("{},{}", self.x, self.y)
    }

    fn of(text: &str) -> Option<Self> {
        let (x, y) = text.split_once(',')?;
        Some(Self { x: x.parse().ok()?, y: y.parse().ok()? })
    }
}

as_text!(Point);

/// Implements serde as strum's `Display` and `EnumString` in lower case do.
#[derive(Clone, Copy, KvField)]
enum Color {
    Red,
    Green,
}

impl Color {
    fn text(self) -> String {
        if matches!(self, Self::Red) { "red" } else { "green" }.to_owned()
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Red, Self::Green].into_iter().find(|color| color.text() == text)
    }
}

as_text!(Color);

#[derive(PartialEq, Eq, Hash, KvField)]
struct UserId(u64);

impl UserId {
    fn text(&self) -> String {
        format!("user-{}", self.0)
    }

    fn of(text: &str) -> Option<Self> {
        text.strip_prefix("user-")?.parse().ok().map(Self)
    }
}

as_text!(UserId);

stored! {
    WithLevel { name: String, level: Level }
    WithMaybeLevel { name: String, level: Option<Level>, rest: u8 }
    WithLevels { name: String, levels: HashMap<String, Vec<Level>>, rest: u8 }
    WithPoint { at: Point }
    WithColor { color: Color }
    WithUser { user: UserId }
    WithUsers { users: HashMap<UserId, u8> }
}

#[test]
fn serde_implementation_that_differs_from_the_schema_is_refused_by_name() {
    let text = refused::<WithLevel>("probe::Level");
    assert!(
        text.contains(
            r#"does not read "Low", which its schema allows (invalid type: string "Low", expected u8)"#
        ),
        "{text}"
    );
    assert!(text.contains("at \"/level\""), "{text}");
    refused::<WithMaybeLevel>("probe::Level");
    refused::<WithLevels>("probe::Level");
    refused::<WithPoint>("probe::Point");
    let text = refused::<WithColor>("probe::Color");
    assert!(text.contains(r#""Red" is none"#), "{text}");
    refused::<WithUser>("probe::UserId");
    refused::<WithUsers>("probe::UserId");
}

#[test]
fn type_that_writes_differently_than_it_reads_is_refused() {
    /// Written in upper case.
    #[derive(Deserialize, KvField)]
    struct Loud(String);
    impl Serialize for Loud {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(&self.0.to_uppercase())
        }
    }
    /// Written with a member that the schema does not have.
    #[derive(Deserialize, KvField)]
    struct Extra {
        n: u8,
    }
    impl Serialize for Extra {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            BTreeMap::from([("n", self.n), ("extra", 1)]).serialize(to)
        }
    }
    /// One variant is written as another.
    #[derive(Deserialize, KvField)]
    enum Merged {
        A,
        B,
        C(u8),
    }
    impl Serialize for Merged {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::A | Self::B => to.serialize_str("A"),
                Self::C(n) => BTreeMap::from([("C", n)]).serialize(to),
            }
        }
    }
    /// A number that is converted through a float.
    #[derive(Serialize, KvField)]
    struct Rounded(u64);
    impl<'de> Deserialize<'de> for Rounded {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "this is the fault")]
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            f64::deserialize(from).map(|n| Self(n as u64))
        }
    }
    /// A `Serialize` that fails.
    #[derive(Deserialize, KvField)]
    struct Unwritable(u8);
    impl Serialize for Unwritable {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom(format!("not {}", self.0)))
        }
    }
    stored! {
        WithLoud { a: Loud }
        WithExtra { a: Option<Extra> }
        WithMerged { a: Vec<Merged> }
        WithRounded { a: Rounded }
        WithUnwritable { a: Unwritable }
    }
    assert!(refused::<WithLoud>("Loud").contains(r#"reads "a" and writes "A""#));
    refused::<WithExtra>("Extra");
    assert!(refused::<WithMerged>("Merged").contains(r#"reads "B" and writes "A""#));
    refused::<WithRounded>("Rounded");
    assert!(refused::<WithUnwritable>("WithUnwritable").contains("cannot write the value"));
}

#[test]
fn default_that_differs_from_the_omitted_value_is_refused() {
    fn ten() -> u8 {
        10
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_zero(n: &u8) -> bool {
        *n == 0
    }
    #[derive(Serialize, Deserialize, KvType)]
    struct Differs {
        #[serde(default = "ten", skip_serializing_if = "is_zero")]
        n: u8,
    }
    #[derive(Serialize, Deserialize, KvType)]
    struct Agrees {
        #[serde(default, skip_serializing_if = "is_zero")]
        n: u8,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        list: Vec<u8>,
        #[serde(skip_serializing_if = "Option::is_none")]
        maybe: Option<u8>,
        #[serde(default = "ten")]
        filled: u8,
        // Its default is written as `{}`.
        #[serde(default, skip_serializing_if = "is_empty")]
        nested: Nested,
    }
    #[derive(Default, Serialize, Deserialize, KvField)]
    struct Nested {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        list: Vec<u8>,
        #[serde(default, skip_serializing_if = "is_zero")]
        n: u8,
    }
    fn is_empty(nested: &Nested) -> bool {
        nested.list.is_empty() && nested.n == 0
    }
    /// Loses the number in `nested`.
    #[derive(Serialize, Deserialize, KvType)]
    struct DiffersInside {
        #[serde(default, skip_serializing_if = "has_no_items")]
        nested: Nested,
    }
    fn has_no_items(nested: &Nested) -> bool {
        nested.list.is_empty()
    }
    let text = refused::<Differs>("Differs");
    assert!(text.contains("reads 0 but leaves it out"), "{text}");
    let text = refused::<DiffersInside>("Nested");
    assert!(text.contains("but leaves it out"), "{text}");
    exposed::<Agrees>();
}

#[test]
fn type_whose_serde_implementation_panics_is_refused() {
    #[derive(Serialize, KvField)]
    struct Fragile(u8);
    impl<'de> Deserialize<'de> for Fragile {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let n = u8::deserialize(from)?;
            assert!(n < 100, "a panic of the application");
            Ok(Self(n))
        }
    }
    stored! { WithFragile { a: Fragile } }
    assert!(refused::<WithFragile>("WithFragile").contains("panics when it reads or writes"));
}

/// A string with a format, in another crate without a dependency on the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Checked(String);

impl Checked {
    fn text(&self) -> String {
        self.0.clone()
    }

    /// A format that the probe does not guess: the sum of the digits is checked.
    fn of(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("chk:")?.bytes().map(|digit| u32::from(digit.wrapping_sub(b'0')));
        (digits.sum::<u32>() % 97 == 13).then(|| Self(text.to_owned()))
    }
}

as_text!(Checked);

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Hash, KvField)]
struct CheckedKey(#[kv(wire = "String")] Checked);

#[test]
fn type_of_any_form_is_exposed_with_its_wire_form() {
    stored! {
        Guessed { #[kv(wire = "String")] at: Point, #[kv(wire = "u8")] level: Level, #[kv(wire = "String")] color: Color }
        Unguessed { #[kv(wire = "String")] sum: Checked, n: u8 }
        Given { #[kv(wire = "String", example = "chk:67")] sum: Checked, n: u8 }
        Keys { sums: HashMap<CheckedKey, u8>, lists: Vec<CheckedKey>, set: HashSet<CheckedKey> }
        Nested {
            #[kv(wire = "Option<String>")] maybe: Option<Checked>,
            #[kv(wire = "Vec<String>")] all: Vec<Checked>,
            #[kv(wire = "HashMap<String, Vec<u8>>")] by: HashMap<String, Vec<Level>>
        }
    }
    exposed::<Guessed>();
    exposed::<Unguessed>();
    exposed::<Given>();
    exposed::<Keys>();
    exposed::<Nested>();
}

#[test]
fn wrong_wire_form_is_refused() {
    stored! {
        Text { #[kv(wire = "String")] level: Level }
        Number { n: u8, #[kv(wire = "u32")] at: Point }
        List { #[kv(wire = "Vec<u8>")] at: Point, n: u8 }
        Key { by: HashMap<LevelKey, u8>, all: Vec<LevelKey> }
    }
    #[derive(Serialize, Deserialize, PartialEq, Eq, Hash, KvField)]
    struct LevelKey(#[kv(wire = "String")] u64);
    refused::<Text>("Text");
    refused::<Number>("Number");
    refused::<List>("List");
    refused::<Key>("LevelKey");
}

#[test]
fn field_that_refuses_all_samples_does_not_hide_faults_of_others() {
    stored! {
        Beside { #[kv(wire = "String")] sum: Checked, level: Level }
        BesideInside { all: Vec<Beside>, n: u8 }
        BesideOpaque { #[kv(opaque)] sum: Picky, level: Level }
        Fine { #[kv(opaque)] sum: Picky, n: u8 }
        Shown { #[kv(opaque, example = "{\"kind\":7,\"of\":[\"a\"]}")] sum: Picky, color: Color }
    }
    #[derive(Serialize, Deserialize)]
    struct Picky {
        kind: u8,
        of: Vec<String>,
    }
    refused::<Beside>("probe::Level");
    refused::<BesideInside>("probe::Level");
    refused::<BesideOpaque>("probe::Level");
    exposed::<Fine>();
    refused::<Shown>("probe::Color");
}

#[test]
fn invalid_example_is_refused() {
    stored! { Wrong { #[kv(wire = "Vec<u8>", example = "[256]")] bytes: Vec<u8> } }
    assert!(refused::<Wrong>("Wrong").contains("has the example [256]"));
}

#[test]
fn deserialize_may_have_its_own_rules() {
    /// A value that is read from some strings only.
    macro_rules! read_by {
        ($name:ident, $ty:ty, $accepts:expr) => {
            #[derive(Serialize, KvField)]
            struct $name($ty);
            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    let value = <$ty>::deserialize(from)?;
                    let accepts: fn(&$ty) -> bool = $accepts;
                    if accepts(&value) { Ok(Self(value)) } else { Err(D::Error::custom("breaks the rules")) }
                }
            }
        };
    }
    read_by!(Email, String, |text| text.contains('@'));
    read_by!(Percent, u8, |n| *n <= 100);
    read_by!(Even, i64, |n| n % 2 == 0);
    read_by!(Impossible, String, |_| false);
    read_by!(Ratio, f64, |n| (0.0..1.0).contains(n));
    read_by!(Several, Vec<u8>, |list| list.len() >= 2);
    #[derive(Serialize, Deserialize, KvField)]
    struct RawSpan {
        from: u8,
        to: u8,
    }
    #[derive(Clone, Serialize, Deserialize, KvField)]
    #[serde(try_from = "RawSpan", into = "RawSpan")]
    #[kv(wire = "RawSpan")]
    struct Span(u8, u8);
    impl TryFrom<RawSpan> for Span {
        type Error = &'static str;
        fn try_from(raw: RawSpan) -> Result<Self, Self::Error> {
            if raw.from < raw.to { Ok(Self(raw.from, raw.to)) } else { Err("must not be empty") }
        }
    }
    impl From<Span> for RawSpan {
        fn from(span: Span) -> Self {
            Self { from: span.0, to: span.1 }
        }
    }
    #[derive(Serialize, Deserialize, KvField)]
    enum Contact {
        Mail(Email),
        Share { of: Percent, even: Even },
    }
    stored! {
        Ruled { email: Email, percent: Percent, even: Vec<Even>, ratio: Ratio, several: Several, span: Span, by: HashMap<String, Email> }
        Closed { at: Impossible, n: u8 }
        Contacts { all: Vec<Contact> }
    }
    exposed::<Ruled>();
    exposed::<Closed>();
    exposed::<Contacts>();
}

#[test]
fn samples_satisfy_the_rules() {
    #[derive(Serialize, KvField)]
    struct Code(#[kv(len(min = 9, max = 9))] String);
    impl<'de> Deserialize<'de> for Code {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let text = String::deserialize(from)?;
            if text.len() == 9 { Ok(Self(text)) } else { Err(D::Error::custom("must have 9 characters")) }
        }
    }
    // The second field is written only if the first was read.
    stored! { Coded { code: Code, rounded: Twice } }
    #[derive(Deserialize, KvField)]
    struct Twice(u8);
    impl Serialize for Twice {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_u16(u16::from(self.0) * 2)
        }
    }
    refused::<Coded>("Twice");
}

#[test]
fn types_of_every_shape_pass_the_probe() {
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Event {
        Opened {
            by: String,
            at: Option<u64>,
        },
        #[serde(alias = "shut")]
        Closed,
        Nested(Inner),
        #[serde(other)]
        Unknown,
    }
    #[derive(Serialize, Deserialize, KvField)]
    struct Inner {
        #[serde(rename = "type", alias = "sort")]
        kind: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, Vec<String>>,
    }
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(untagged)]
    enum Id {
        Number(u64),
        Text(String),
    }
    #[derive(Serialize, Deserialize, KvField)]
    enum Expr {
        And(Box<Expr>, Box<Expr>),
        Not { of: Box<Expr> },
        All(Vec<Expr>),
        Named(HashMap<String, Expr>),
        Leaf(f64),
    }
    stored! {
        All {
            events: Vec<Event>, id: Option<Id>, expr: Expr, tuple: (u8, Option<String>, [f32; 2]),
            result: Result<u8, String>, address: std::net::IpAddr, time: std::time::SystemTime,
            set: HashSet<i16>, wide: u128, character: char, unit: ()
        }
        Tree { children: Vec<Tree>, left: Option<Box<Tree>>, right: Option<Box<Tree>>, other: Option<Box<Tree>> }
    }
    exposed::<All>();
    exposed::<Tree>();
}

#[test]
fn cost_of_a_probe_is_bounded() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static READ: AtomicUsize = AtomicUsize::new(0);
    /// A string that no sample satisfies, in a type with many of them.
    #[derive(Serialize, KvField)]
    struct Never(String);
    impl<'de> Deserialize<'de> for Never {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            READ.fetch_add(1, Ordering::Relaxed);
            String::deserialize(from)?;
            Err(D::Error::custom("breaks the rules"))
        }
    }
    stored! {
        Eight { a: Never, b: Never, c: Never, d: Never, e: Never, f: Never, g: Never, h: Never }
        Lists { a: Vec<Eight>, b: Vec<Eight>, c: [[u8; 32]; 32], d: Vec<Eight> }
    }
    exposed::<Lists>();
    assert!(READ.load(Ordering::Relaxed) < 10_000, "{READ:?} texts were read");
}

#[test]
fn json_is_checked_against_the_wire_type() {
    use kv_core::DecodeOptions;
    /// Reads strings and numbers, and writes strings.
    #[derive(Serialize)]
    struct Lenient(String);
    impl<'de> Deserialize<'de> for Lenient {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Either;
            impl serde::de::Visitor<'_> for Either {
                type Value = Lenient;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a text or a number")
                }
                fn visit_str<E>(self, text: &str) -> Result<Lenient, E> {
                    Ok(Lenient(text.to_owned()))
                }
                fn visit_u64<E>(self, n: u64) -> Result<Lenient, E> {
                    Ok(Lenient(n.to_string()))
                }
            }
            from.deserialize_any(Either)
        }
    }
    stored! { Holds { #[kv(wire = "String")] text: Lenient } }
    let catalog = build::<Holds>().unwrap();
    let codec = catalog.codec("Holds").unwrap();
    let read = |json: &str| codec.decode(json.as_bytes(), DecodeOptions::new()).map(|_| ());
    assert_eq!(read(r#"{"text":"7"}"#), Ok(()));
    assert_eq!(read(r#"{"text":7}"#).unwrap_err().to_string(), "invalid value: text must be a string");
}
