//! `wire`: types with the wire form of another type.

use kv_core::schema::ty::{Fields, Shape};
use kv_core::{KvField, KvType, MapKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// A type of another crate that implements serde's traits but not `KvField`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Version(u64, u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl FromStr for Version {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (major, minor) = text.split_once('.').ok_or("expected a point")?;
        let number = |text: &str| text.parse().map_err(|_| "expected a number");
        Ok(Self(number(major)?, number(minor)?))
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize, KvType)]
struct Release {
    #[kv(wire = "String", custom = "is_stable", heap_size = "eight")]
    version: Version,
    #[kv(wire = "Option<String>")]
    previous: Option<Version>,
    #[kv(wire = "HashMap<String, String>")]
    needs: HashMap<String, Version>,
    #[serde(with = "seconds")]
    #[kv(wire = "u64")]
    built: std::time::Duration,
    by: HashMap<VersionKey, u8>,
}

fn is_stable(version: &Version) -> Result<(), &'static str> {
    if version.0 > 0 { Ok(()) } else { Err("must be stable") }
}

fn eight(_: &Version) -> usize {
    8
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KvField)]
struct VersionKey(#[kv(wire = "String")] Version);

mod seconds {
    use super::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(time.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}

fn type_of(fields: &Fields, name: &str) -> String {
    fields.all().iter().find(|field| field.rust_name == name).unwrap().ty.get().to_string()
}

#[test]
fn field_has_the_schema_of_the_type_in_wire() {
    let Shape::Struct(fields) = Release::schema().shape else { panic!() };
    let names = ["version", "previous", "needs", "built"];
    assert_eq!(
        names.map(|name| type_of(&fields, name)),
        ["String", "Option<String>", "HashMap<String, String>", "u64"]
    );
    assert!(fields.all()[0].wire && !fields.all()[4].wire);
}

fn release() -> Release {
    Release {
        version: Version(0, 1),
        previous: None,
        needs: HashMap::new(),
        built: std::time::Duration::from_secs(1),
        by: HashMap::new(),
    }
}

#[test]
fn custom_and_heap_size_functions_take_the_rust_value() {
    let errors = release().validate().unwrap_err();
    assert_eq!(errors.to_string(), "version must be stable");
    assert_eq!(release().heap_size(), 8);
}

#[test]
fn newtype_of_a_type_written_as_text_is_a_key() {
    let key = VersionKey(Version(1, 20));
    assert_eq!(key.display().to_string(), "1.20");
    assert!(key.cmp_key(&VersionKey(Version(2, 0))).is_lt());
}

#[test]
fn wire_on_a_type_sets_its_wire_form() {
    #[derive(Serialize, Deserialize, KvType)]
    #[serde(try_from = "u8", into = "u8")]
    #[derive(Clone)]
    #[kv(wire = "u8", validate = "is_low", heap_size = "three")]
    enum Level {
        Low,
        High,
    }
    impl TryFrom<u8> for Level {
        type Error = String;
        fn try_from(n: u8) -> Result<Self, String> {
            [Self::Low, Self::High].into_iter().nth(n.into()).ok_or_else(|| "no such level".to_owned())
        }
    }
    impl From<Level> for u8 {
        fn from(level: Level) -> Self {
            level as Self
        }
    }
    fn is_low(level: &Level) -> Result<(), &'static str> {
        if matches!(level, Level::Low) { Ok(()) } else { Err("must be low") }
    }
    fn three(_: &Level) -> usize {
        3
    }
    let Shape::Struct(fields @ Fields::Newtype { .. }) = Level::schema().shape else { panic!() };
    assert_eq!((type_of(&fields, "0").as_str(), Level::schema().name), ("u8", "Level"));
    assert_eq!(Level::High.validate().unwrap_err().to_string(), "the value must be low");
    assert_eq!(Level::High.heap_size(), 3);
    assert_eq!(Level::High.display().to_string(), "1");
}

#[test]
fn wire_may_contain_type_parameters() {
    #[derive(KvField)]
    #[kv(wire = "Vec<T>")]
    struct Stack<T> {
        items: Vec<T>,
        _spare: Vec<T>,
    }
    let Shape::Struct(fields) = Stack::<u8>::schema().shape else { panic!() };
    assert_eq!(type_of(&fields, "0"), "Vec<u8>");
}

#[test]
fn newtype_of_an_address_is_a_key_and_a_key_part() {
    #[derive(PartialEq, Eq, Hash, Serialize, Deserialize, KvField)]
    struct Peer(std::net::IpAddr);
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(transparent)]
    struct Outer<T>(T);
    #[derive(Serialize, Deserialize, KvType)]
    #[kv(key = "peer:{peer}:{n}")]
    struct Seen {
        peer: Peer,
        n: Outer<u8>,
        times: HashMap<Peer, u8>,
    }
    let peer = || Peer([127, 0, 0, 1].into());
    let seen = Seen { peer: peer(), n: Outer(2), times: HashMap::from([(peer(), 1)]) };
    assert_eq!(kv_core::Keyed::key(&seen).unwrap(), "peer:127.0.0.1:2");
    assert_eq!(Seen::key_prefix(&peer()).unwrap(), "peer:127.0.0.1:");
}

#[test]
fn remote_definition_describes_a_type_of_another_crate() {
    mod elsewhere {
        pub(super) struct Point {
            pub(super) x: i32,
        }
    }
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(remote = "elsewhere::Point")]
    struct Point {
        x: i32,
    }
    #[derive(Serialize, Deserialize, KvType)]
    struct Marker {
        #[serde(with = "Point")]
        #[kv(wire = "Point")]
        at: elsewhere::Point,
    }
    let Shape::Struct(fields) = Marker::schema().shape else { panic!() };
    assert_eq!(type_of(&fields, "at"), "Point");
}
