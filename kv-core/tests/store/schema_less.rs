//! Values without a schema, which serde reads as any JSON. The tests pass with all features of
//! `serde_json`: `tests/unified` runs them with `raw_value` and `arbitrary_precision`.

use kv_core::{Access, Catalog, DecodeError, DecodeOptions, KvField, KvType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

const RAW: &str = "$serde_json::private::RawValue";
const NUMBER: &str = "$serde_json::private::Number";

/// Returns the JSON of the decoded value, or the places and rules of the violations.
fn read<T: KvType + Serialize + DeserializeOwned>(
    json: &str,
    options: DecodeOptions,
) -> Result<String, String> {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap();
    let codec = catalog.codec(T::TYPE_TAG).unwrap();
    match codec.decode(json.as_bytes(), options) {
        Ok(decoded) => {
            let mut written = Vec::new();
            codec.encode(&*decoded.value, &mut written).unwrap();
            Ok(String::from_utf8(written).unwrap())
        }
        Err(DecodeError::Value(errors)) => {
            let places: Vec<_> = errors.iter().map(|v| format!("{} {}", v.pointer, v.rule)).collect();
            Err(places.join(", "))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn decode<T: KvType + Serialize + DeserializeOwned>(json: &str) -> Result<String, String> {
    read::<T>(json, DecodeOptions::new())
}

#[derive(Serialize, Deserialize, KvType)]
struct Opaque {
    #[kv(opaque)]
    any: Value,
}

#[derive(Serialize, Deserialize, KvType)]
struct OpaqueMap {
    #[kv(opaque)]
    any: serde_json::Map<String, Value>,
}

/// A hand-written reader of JSON without a type.
#[derive(Serialize)]
struct Wrapped(Value);

impl<'de> Deserialize<'de> for Wrapped {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self)
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct OpaqueMapOfOwn {
    #[kv(opaque)]
    any: HashMap<String, Wrapped>,
}

#[derive(Serialize, Deserialize, KvType)]
struct Flattened {
    id: u8,
    #[serde(flatten)]
    #[kv(opaque)]
    any: HashMap<String, Value>,
}

#[derive(Serialize, Deserialize, KvType)]
#[serde(tag = "t")]
enum Tagged {
    None,
    Some {
        #[kv(opaque)]
        any: Value,
    },
}

#[derive(Serialize, Deserialize, KvType)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Some {
        #[kv(opaque)]
        any: Value,
    },
}

/// Hand-written serde implementations that read JSON without a type, which the schema does not show.
#[derive(KvType)]
struct ByHand {
    id: u8,
}

impl Serialize for ByHand {
    fn serialize<S: serde::Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        BTreeMap::from([("id", self.id)]).serialize(into)
    }
}

impl<'de> Deserialize<'de> for ByHand {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(from)?;
        let id = json.get("id").and_then(Value::as_u64).unwrap_or_default();
        Ok(Self { id: u8::try_from(id).unwrap_or_default() })
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Typed {
    map: HashMap<String, u8>,
    #[serde(rename = "$serde_json::private::RawValue", default)]
    member: u8,
}

#[derive(Serialize, Deserialize, KvType)]
struct TypedFlattened {
    #[serde(flatten)]
    map: HashMap<String, u8>,
}

/// Returns the spellings of a name.
fn spellings(name: &str) -> [String; 3] {
    let escaped = name.encode_utf16().fold(String::new(), |text, unit| format!("{text}\\u{unit:04x}"));
    [name.to_owned(), name.replace('$', "\\u0024"), escaped]
}

#[test]
fn reserved_names_are_refused_in_values_without_a_schema() {
    for name in [RAW, NUMBER] {
        let place = |prefix: &str| Err(format!("{prefix}/{name} type"));
        for spelt in spellings(name) {
            for inner in [r#""[1,2]""#, r#""1""#, "1", "{}"] {
                let object = format!(r#"{{"{spelt}":{inner}}}"#);
                let deep = format!(r#"{{"any":{{"a":[1,{{"b":{object}}}]}}}}"#);
                let any = format!(r#"{{"any":{object}}}"#);
                assert_eq!(decode::<Opaque>(&any), place("/any"), "{any}");
                assert_eq!(decode::<Opaque>(&deep), place("/any/a/1/b"), "{deep}");
                assert_eq!(decode::<OpaqueMap>(&any), place("/any"), "{any}");
                assert_eq!(decode::<OpaqueMap>(&deep), place("/any/a/1/b"), "{deep}");
                assert_eq!(decode::<OpaqueMapOfOwn>(&any), place("/any"), "{any}");
                let flattened = format!(r#"{{"id":1,"{spelt}":{inner}}}"#);
                assert_eq!(decode::<Flattened>(&flattened), place(""), "{flattened}");
                let flattened = format!(r#"{{"id":1,"x":{object}}}"#);
                assert_eq!(decode::<Flattened>(&flattened), place("/x"), "{flattened}");
                let tagged = format!(r#"{{"t":"Some","any":{object}}}"#);
                assert_eq!(decode::<Tagged>(&tagged), place("/any"), "{tagged}");
                assert_eq!(decode::<Untagged>(&any), Err(" type".to_owned()), "{any}");
                // Not the first member of its object.
                let later = format!(r#"{{"any":{{"a":1,"{spelt}":{inner}}}}}"#);
                assert_eq!(decode::<Opaque>(&later), place("/any"), "{later}");
            }
        }
    }
}

#[test]
fn text_under_a_reserved_name_is_never_parsed() {
    // Nested deeply enough to overflow the stack: each marker starts a new limit of depth.
    let mut json = "1".to_owned();
    for _ in 0..12 {
        json = format!("{}{json}{}", "[".repeat(120), "]".repeat(120));
        json = format!(r#"{{"{RAW}":{}}}"#, Value::String(json));
    }
    assert_eq!(decode::<Opaque>(&format!(r#"{{"any":{json}}}"#)), Err(format!("/any/{RAW} type")));
    assert_eq!(decode::<Flattened>(&format!(r#"{{"id":1,"x":{json}}}"#)), Err(format!("/x/{RAW} type")));
    // A hand-written reader reads JSON without a type where the schema has plain members.
    let by_hand = decode::<ByHand>(&format!(r#"{{"{RAW}":{},"id":1}}"#, Value::String(json)));
    assert!(by_hand.is_err(), "{by_hand:?}");
    assert_eq!(decode::<ByHand>(r#"{"id":1}"#), Ok(r#"{"id":1}"#.to_owned()));
}

#[test]
fn reserved_names_are_keys_and_members_like_others_where_types_are_known() {
    for name in [RAW, NUMBER] {
        let json = format!(r#"{{"map":{{"{name}":1}}}}"#);
        assert!(decode::<Typed>(&json).is_ok(), "{json}");
    }
    let json = format!(r#"{{"map":{{}},"{RAW}":1}}"#);
    assert_eq!(decode::<Typed>(&json), Ok(json));
    if !arbitrary_precision() {
        let json = format!(r#"{{"{RAW}":1}}"#);
        assert_eq!(decode::<TypedFlattened>(&json), Ok(json));
    }
}

/// Returns whether the feature is enabled. With it, serde reads no numbers from buffers.
fn arbitrary_precision() -> bool {
    serde_json::from_str::<Value>("1e400").is_ok()
}

#[test]
fn similar_names_are_not_reserved() {
    for name in ["$serde_json", "serde_json::private::RawValue", "$ref", "$", "private::RawValue"] {
        let json = format!(r#"{{"any":{{"{name}":"1"}}}}"#);
        assert_eq!(decode::<Opaque>(&json), Ok(json));
    }
}

#[test]
fn numbers_that_would_be_rounded_are_refused_in_values_without_a_schema() {
    let kept = [
        "0",
        "-1",
        "9007199254740991",
        "-9007199254740991",
        "0.1",
        "117.63331139400017",
        "1.5e300",
        "1e23",
        "9007199254740992.0",
    ];
    let rounded = [
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551615",
        "99999999999999999999999999",
        "9007199254740993.0",
        "9007199254740993e0",
    ];
    for shape in [r#"{"any":@}"#, r#"{"any":{"a":[@]}}"#] {
        for number in kept {
            let json = shape.replace('@', number);
            assert!(decode::<Opaque>(&json).is_ok(), "{json}");
        }
        let place = if shape.contains('[') { "/any/a/0" } else { "/any" };
        for number in rounded {
            let json = shape.replace('@', number);
            assert_eq!(decode::<Opaque>(&json), Err(format!("{place} int")), "{json}");
            assert!(read::<Opaque>(&json, DecodeOptions::new().any_int()).is_ok(), "{json}");
        }
        for number in ["1e400", "-1e999999999999999999999"] {
            let json = shape.replace('@', number);
            for options in [DecodeOptions::new(), DecodeOptions::new().any_int()] {
                assert_eq!(read::<Opaque>(&json, options), Err(format!("{place} finite")), "{json}");
            }
        }
    }
    let rounded = r#"{"id":1,"x":[9007199254740993]}"#;
    assert_eq!(decode::<Flattened>(rounded), Err("/x/0 int".to_owned()));
    assert_eq!(decode::<OpaqueMap>(r#"{"any":{"x":9007199254740993}}"#), Err("/any/x int".to_owned()));
}

/// A reader that reads one number as a float and ignores another.
#[derive(Serialize, Deserialize, KvType)]
struct OwnReader {
    #[kv(opaque)]
    any: Known,
}

#[derive(Serialize, Deserialize)]
struct Known {
    float: f64,
}

#[test]
fn opaque_field_receives_no_rounded_number() {
    assert!(decode::<OwnReader>(r#"{"any":{"float":9007199254740991,"more":1}}"#).is_ok());
    assert_eq!(
        decode::<OwnReader>(r#"{"any":{"float":9007199254740993}}"#),
        Err("/any/float int".to_owned())
    );
    let ignored = r#"{"any":{"float":1,"more":9007199254740993}}"#;
    assert_eq!(decode::<OwnReader>(ignored), Err("/any/more int".to_owned()));
    let ignored = r#"{"any":{"float":1,"more":{"$serde_json::private::RawValue":"1"}}}"#;
    assert_eq!(decode::<OwnReader>(ignored), Err(format!("/any/more/{RAW} type")));
}

#[derive(Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Floats {
    f64: f64,
    f32: f32,
}

#[derive(Serialize, Deserialize, KvType)]
struct Placed {
    #[serde(flatten)]
    flattened: Floats,
    plain: Floats,
    listed: Vec<f64>,
    mapped: HashMap<u8, Option<f64>>,
    #[kv(opaque)]
    any: Value,
}

#[test]
fn floats_are_read_as_the_nearest_value_everywhere() {
    if arbitrary_precision() {
        return;
    }
    // In the last one, the nearest f32 is not the f32 nearest to the nearest f64.
    let mut numbers: Vec<f64> =
        vec![117.633_311_394_000_17, 0.1, 5e-324, 2.225_073_858_507_201e-308, 1.797_693_134_862_315_7e308];
    let mut state = 7_u64;
    for _ in 0..2_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let float = f64::from_bits(state);
        numbers.extend(float.is_finite().then_some(float));
    }
    for float in numbers {
        #[expect(clippy::cast_possible_truncation, reason = "a float of half the size")]
        let half = Some(float as f32).filter(|half| half.is_finite()).unwrap_or(0.5);
        let floats = format!(r#""f64":{float:?},"f32":{half:?}"#);
        let json = format!(
            r#"{{{floats},"plain":{{{floats}}},"listed":[{float:?}],"mapped":{{"1":{float:?}}},"any":{float:?}}}"#
        );
        let catalog = Catalog::builder().expose::<Placed>(Access::ReadWrite).build().unwrap();
        let codec = catalog.codec("Placed").unwrap();
        let decoded = codec.decode(json.as_bytes(), DecodeOptions::new().any_int()).unwrap();
        let placed = decoded.value.downcast_ref::<Placed>().unwrap();
        assert_eq!(placed.flattened, Floats { f64: float, f32: half }, "{json}");
        assert_eq!(placed.plain, Floats { f64: float, f32: half }, "{json}");
        assert_eq!(placed.listed, [float], "{json}");
        assert_eq!(placed.mapped[&1], Some(float), "{json}");
        assert_eq!(placed.any.as_f64(), Some(float), "{json}");
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Half {
    f64: f64,
    f32: f32,
}

#[test]
fn f32_is_rounded_once() {
    // Above the midpoint of two f32s by less than the precision of an f64.
    let json = r#"{"f64":0,"f32":1.00000005960464477540}"#;
    let catalog = Catalog::builder().expose::<Half>(Access::ReadWrite).build().unwrap();
    let decoded = catalog.codec("Half").unwrap().decode(json.as_bytes(), DecodeOptions::new()).unwrap();
    let half = decoded.value.downcast_ref::<Half>().unwrap();
    assert_eq!(half.f32.to_bits(), "1.00000005960464477540".parse::<f32>().unwrap().to_bits());
    assert_ne!(half.f32.to_bits(), 1_f32.to_bits());
    assert_eq!(decode::<Half>(r#"{"f64":0,"f32":1e39}"#), Err("/f32 finite".to_owned()));
}
