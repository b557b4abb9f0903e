//! Types of public crates that implement serde's traits but not `KvField`, in fields with `wire` or
//! `opaque`.

use arrayvec::ArrayString;
use bytes::Bytes;
use camino::Utf8PathBuf;
use compact_str::CompactString;
use either::Either;
use email_address::EmailAddress;
use ipnet::IpNet;
use kv_core::schema::ty::Shape;
use kv_core::{Access, Catalog, CatalogProblem, DecodeOptions, KvField, KvType};
use nutype::nutype;
use ordered_float::{NotNan, OrderedFloat};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use serde_repr::{Deserialize_repr, Serialize_repr};
use serde_with::{DeserializeFromStr, DisplayFromStr, SerializeDisplay, serde_as};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::time::Duration;
use strum::{Display, EnumString};
use ulid::Ulid;

#[derive(Clone, Copy, Debug, PartialEq, Serialize_repr, Deserialize_repr)]
#[repr(u8)]
enum Priority {
    Low = 1,
    High = 5,
}

#[derive(Clone, Copy, Debug, PartialEq, Display, EnumString, SerializeDisplay, DeserializeFromStr)]
#[strum(serialize_all = "kebab-case")]
enum State {
    InProgress,
    Done,
}

#[nutype(
    sanitize(trim, lowercase),
    validate(not_empty, len_char_max = 20),
    derive(Debug, Clone, PartialEq, Serialize, Deserialize)
)]
struct Username(String);

#[nutype(validate(predicate = |n| n.is_multiple_of(2)), derive(Debug, Clone, PartialEq, Serialize, Deserialize))]
struct EvenNumber(u32);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, KvField)]
struct OrderId(#[kv(wire = "String")] Ulid);

/// A field for each crate, or for each wire form that a crate offers.
#[serde_as]
#[derive(Debug, PartialEq, Serialize, Deserialize, KvType)]
struct Foreign {
    #[kv(wire = "u8")]
    priority: Priority,
    #[kv(wire = "String")]
    state: State,
    #[kv(wire = "String")]
    username: Username,
    #[kv(wire = "u32")]
    even: EvenNumber,
    #[kv(wire = "String")]
    version: semver::Version,
    #[kv(wire = "String")]
    requirement: semver::VersionReq,
    #[kv(wire = "Vec<u8>")]
    bytes: Bytes,
    #[kv(wire = "Vec<u8>")]
    byte_buf: ByteBuf,
    #[kv(wire = "f64")]
    score: OrderedFloat<f64>,
    #[kv(wire = "f32")]
    ratio: NotNan<f32>,
    #[serde(with = "rust_decimal::serde::float")]
    #[kv(wire = "f64")]
    price: Decimal,
    #[serde(with = "time::serde::rfc3339")]
    #[kv(wire = "String")]
    at: time::OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    #[kv(wire = "i64")]
    since: time::OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option", default)]
    #[kv(wire = "Option<String>")]
    until: Option<time::OffsetDateTime>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    #[kv(wire = "i64")]
    seen: chrono::DateTime<chrono::Utc>,
    #[serde(with = "humantime_serde")]
    #[kv(wire = "String")]
    patience: Duration,
    #[kv(wire = "String")]
    email: EmailAddress,
    #[kv(wire = "String")]
    id: Ulid,
    #[kv(wire = "String")]
    net: IpNet,
    #[kv(wire = "String")]
    path: Utf8PathBuf,
    #[kv(wire = "String")]
    compact: CompactString,
    #[kv(wire = "String")]
    short: ArrayString<8>,
    #[kv(wire = "Vec<u8>")]
    small: SmallVec<[u8; 4]>,
    #[serde_as(as = "DisplayFromStr")]
    #[kv(wire = "String")]
    as_text: u64,
    #[kv(opaque)]
    either: Either<u8, String>,
    orders: HashMap<OrderId, u8>,
}

#[test]
fn types_of_public_crates_are_exposed_in_their_wire_form() {
    let catalog = Catalog::builder().expose::<Foreign>(Access::ReadWrite).build().unwrap();
    let codec = catalog.codec("Foreign").unwrap();
    let json = r#"{
        "priority":5,"state":"in-progress","username":"anna","even":4,"version":"1.2.3","requirement":"^1","bytes":[1,2],
        "byte_buf":[3],"score":117.63331139400017,"ratio":0.5,"price":1.25,"at":"2024-02-29T12:34:56Z","since":7,
        "until":null,"seen":1700000000123,"patience":"1m 5s","email":"a@b.example","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "net":"10.0.0.0/8","path":"a/b","compact":"c","short":"abcdefgh","small":[9],"as_text":"18446744073709551615",
        "either":{"Left":1},"orders":{"01ARZ3NDEKTSV4RRFFQ69G5FAV":1}
    }"#;
    let decoded = codec.decode(json.as_bytes(), DecodeOptions::new()).unwrap();
    let mut written = Vec::new();
    codec.encode(&*decoded.value, &mut written).unwrap();
    let (sent, written): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(json).unwrap(), serde_json::from_slice(&written).unwrap());
    assert_eq!(written, sent);
    let Shape::Struct(fields) = Foreign::schema().shape else { panic!() };
    assert_eq!(fields.all().iter().filter(|field| field.wire).count(), 24);
}

macro_rules! refused {
    ($($test:ident: $name:ident, $message:literal;)*) => {$(
        #[test]
        fn $test() {
            #[derive(Debug, Serialize, Deserialize, KvType)]
            struct Holds {
                inside: not_derived::$name,
            }
            let error = Catalog::builder().expose::<Holds>(Access::Read).build().unwrap_err();
            let [CatalogProblem::Serde { fault, .. }] = error.problems() else { panic!("{error}") };
            assert!(fault.ty().ends_with(concat!("not_derived::", stringify!($name))), "{error}");
            assert!(error.to_string().contains($message), "{error}");
            assert!(error.to_string().contains("#[kv(wire = \"…\")]"), "{error}");
        }
    )*};
}

/// Types that derive `KvField`, but whose serde implementations come from another crate.
mod not_derived {
    use super::{
        Deserialize_repr, DeserializeFromStr, Display, EnumString, KvField, Serialize_repr, SerializeDisplay,
    };

    #[derive(Clone, Copy, Debug, PartialEq, Serialize_repr, Deserialize_repr, KvField)]
    #[repr(u8)]
    pub(super) enum Priority {
        Low = 1,
        High = 5,
    }

    #[derive(
        Clone, Copy, Debug, PartialEq, Display, EnumString, SerializeDisplay, DeserializeFromStr, KvField,
    )]
    #[strum(serialize_all = "kebab-case")]
    pub(super) enum State {
        InProgress,
        Done,
    }

    #[derive(
        Clone, Copy, Debug, PartialEq, Display, EnumString, SerializeDisplay, DeserializeFromStr, KvField,
    )]
    pub(super) enum Differs {
        Same,
        #[strum(serialize = "other")]
        Other,
    }
}

refused! {
    serde_repr_with_a_derived_schema_is_refused: Priority, "invalid type: string \"Low\", expected u8";
    strum_with_a_derived_schema_is_refused: State, "does not read \"InProgress\"";
    single_differing_variant_is_refused: Differs, "does not read \"Other\"";
}
