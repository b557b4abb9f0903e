use kv_core::schema::json::Flaw;
use kv_core::{Access, Catalog, Codec, DecodeError, DecodeOptions, JsonError, KvField, KvType, Ttl};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
struct Player {
    name: String,
    #[serde(alias = "lvl")]
    level: u8,
    score: f64,
    serial: i64,
    #[kv(any_int)]
    snowflake: Option<u64>,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    by_place: BTreeMap<String, Item>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Item {
    #[serde(rename = "a/b~c")]
    odd: u8,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
enum Kind {
    Plain,
    Sharp { edge: u8 },
    Pair(u8, u8),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[serde(tag = "t")]
enum Shape {
    Circle { r: u8 },
    Square { side: u8, at: Place },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Place {
    x: u8,
}

/// A `Deserialize` with rules that the schema does not show.
#[derive(Clone, Debug, PartialEq, Serialize, KvField)]
struct Even(u8);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err(D::Error::custom("not even")) }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
struct Evens {
    all: HashMap<String, Vec<Even>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[serde(untagged)]
enum Term {
    Both { left: Box<Term>, right: Box<Term>, op: String },
    One { left: Box<Term> },
    Number(u8),
}

const GOOD: &str = r#"{"name":"Ada","level":3,"score":1.5,"serial":7,"items":[{"a/b~c":1,"kind":"Plain"}]}"#;

fn codec<T: KvType + Serialize + for<'de> Deserialize<'de>>() -> Codec {
    *Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap().codec(T::TYPE_TAG).unwrap()
}

fn refused<T: KvType + Serialize + for<'de> Deserialize<'de>>(json: &str) -> DecodeError {
    match codec::<T>().decode(json.as_bytes(), DecodeOptions::new()) {
        Err(error) => error,
        Ok(decoded) => panic!("{json} is read: {:?}", decoded.ttl),
    }
}

/// Returns the violations in JSON of another shape: place, rule and message.
fn violations<T: KvType + Serialize + for<'de> Deserialize<'de>>(
    json: &str,
) -> Vec<(String, &'static str, String)> {
    let DecodeError::Value(errors) = refused::<T>(json) else { panic!("{json} has another flaw") };
    errors.iter().map(|v| (v.pointer.clone(), v.rule, v.message.clone())).collect()
}

#[test]
fn wrong_shape_is_reported_at_its_place() {
    let good: serde_json::Value = serde_json::from_str(GOOD).unwrap();
    assert!(codec::<Player>().decode(GOOD.as_bytes(), DecodeOptions::new()).is_ok());
    let int = |min: i64, max: i64| format!("must be a whole number from {min} to {max}");
    let safe = int(-9_007_199_254_740_991, 9_007_199_254_740_991);
    for (pointer, wrong, rule, sentence) in [
        ("/level", "256", "int", int(0, 255)),
        ("/level", "-1", "int", int(0, 255)),
        ("/level", "1.5", "int", int(0, 255)),
        ("/level", "1e2", "int", int(0, 255)),
        ("/level", "1e400", "int", int(0, 255)),
        ("/level", "\"3\"", "type", "must be a whole number".to_owned()),
        ("/serial", "9007199254740992", "int", safe.clone()),
        ("/serial", "-9007199254740992", "int", safe.clone()),
        ("/serial", "99999999999999999999999999999999999999999999", "int", safe),
        (
            "/snowflake",
            "18446744073709551616",
            "int",
            "must be a whole number from 0 to 18446744073709551615".to_owned(),
        ),
        ("/score", "null", "type", "must be a number".to_owned()),
        ("/score", "1e400", "finite", "must be a finite number".to_owned()),
        ("/name", "null", "type", "must be a string".to_owned()),
        ("/name", "[]", "type", "must be a string".to_owned()),
        ("/items", "{}", "type", "must be a list".to_owned()),
        ("/by_place", "[]", "type", "must be an object".to_owned()),
        ("/items/0", "[1,\"Plain\"]", "type", "must be an object".to_owned()),
        ("/items/0/a~1b~0c", "256", "int", int(0, 255)),
        ("/items/0/kind", "\"Blunt\"", "type", "must be one of \"Plain\", \"Sharp\", \"Pair\"".to_owned()),
        ("/items/0/kind", "{\"Pair\":[1]}", "type", "must have exactly 2 items".to_owned()),
        ("/items/0/kind", "{\"Sharp\":[1]}", "type", "must be an object".to_owned()),
        ("/items/0/kind", "{\"Sharp\":{}}", "type", "must be present".to_owned()),
        ("/items/0/kind", "{\"Sharp\":{\"edge\":300}}", "int", int(0, 255)),
    ] {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let name = name.replace("~1", "/").replace("~0", "~");
        // Inserted as text, because a `Value` cannot represent all of them.
        let marker = serde_json::json!("@@@");
        let mut json = good.clone();
        match json.pointer_mut(parent).unwrap() {
            serde_json::Value::Array(items) => items[name.parse::<usize>().unwrap()] = marker,
            place => place[name.as_str()] = marker,
        }
        let text = json.to_string().replace("\"@@@\"", wrong);
        let found = violations::<Player>(&text);
        let [(at, found_rule, said)] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert!(at.starts_with(pointer), "{text}: {at}");
        assert_eq!((*found_rule, said.as_str()), (rule, sentence.as_str()), "{text}");
    }
}

#[test]
fn all_faults_are_reported_at_once_in_field_order() {
    let json = r#"{"serial":1e3,"level":300,"items":[{"kind":"Plain","a/b~c":-1},7],"by_place":{"x/y":{"a/b~c":"1","kind":0}}}"#;
    let found: Vec<_> = violations::<Player>(json).into_iter().map(|(at, rule, _)| (at, rule)).collect();
    let expected = [
        ("/name", "type"),
        ("/level", "int"),
        ("/score", "type"),
        ("/serial", "int"),
        ("/items/0/a~1b~0c", "int"),
        ("/items/1", "type"),
        ("/by_place/x~1y/a~1b~0c", "type"),
        ("/by_place/x~1y/kind", "type"),
    ];
    assert_eq!(found, expected.map(|(at, rule)| (at.to_owned(), rule)));
}

#[test]
fn list_is_not_read_as_a_struct_at_any_depth() {
    assert_eq!(violations::<Player>(r#"["Ada",3,1.5,7,null,[],{}]"#)[0].0, "");
    for json in [r#"["Circle",1]"#, r#"{"t":"Square","side":1,"at":[1]}"#] {
        assert_eq!(violations::<Shape>(json).len(), 1, "{json}");
    }
    // A position is not the name of a variant.
    assert_eq!(violations::<Shape>(r#"{"t":0,"r":1}"#)[0].0, "/t");
}

#[test]
fn integers_beyond_2_53_need_any_int() {
    let json = GOOD.replace("\"serial\":7", "\"serial\":7,\"snowflake\":18446744073709551615");
    let decoded = codec::<Player>().decode(json.as_bytes(), DecodeOptions::new()).unwrap();
    assert_eq!(decoded.value.downcast_ref::<Player>().unwrap().snowflake, Some(u64::MAX));
    let json = GOOD.replace("\"serial\":7", "\"serial\":9223372036854775807");
    assert!(codec::<Player>().decode(json.as_bytes(), DecodeOptions::new()).is_err());
    let decoded = codec::<Player>().decode(json.as_bytes(), DecodeOptions::new().any_int()).unwrap();
    assert_eq!(decoded.value.downcast_ref::<Player>().unwrap().serial, i64::MAX);
}

#[test]
fn invalid_json_is_reported_at_its_byte_before_any_shape() {
    for (json, offset, flaw) in [
        ("", 0, Flaw::End),
        ("  ", 2, Flaw::End),
        ("nul", 3, Flaw::End),
        ("nil", 0, Flaw::Expected("a value")),
        ("NaN", 0, Flaw::Expected("a value")),
        ("Infinity", 0, Flaw::Expected("a value")),
        ("'a'", 0, Flaw::Expected("a value")),
        ("// a\n1", 0, Flaw::Expected("a value")),
        ("+1", 0, Flaw::Expected("a value")),
        (".5", 0, Flaw::Expected("a value")),
        ("01", 1, Flaw::Expected("a number without leading zeros")),
        ("1.", 2, Flaw::End),
        ("1.e5", 2, Flaw::Expected("a digit")),
        ("[1e]", 3, Flaw::Expected("a digit")),
        ("-", 1, Flaw::End),
        ("0x10", 1, Flaw::TrailingData),
        ("\"a\nb\"", 2, Flaw::ControlCharacter),
        ("\"\\x\"", 1, Flaw::Escape),
        ("\"\\u12g4\"", 3, Flaw::Escape),
        ("\"\\ud800\"", 1, Flaw::LoneSurrogate),
        ("\"a\\udc00\\ud800\"", 2, Flaw::LoneSurrogate),
        ("\"\\ud800\\u0041\"", 1, Flaw::LoneSurrogate),
        ("[1,]", 3, Flaw::Expected("a value")),
        ("[1 2]", 3, Flaw::Expected("`,` or `]`")),
        ("{\"a\":1,}", 7, Flaw::Expected("a string")),
        ("{a:1}", 1, Flaw::Expected("a string")),
        ("{\"a\" 1}", 5, Flaw::Expected("`:`")),
        ("{\"level\":\"x\"", 12, Flaw::End),
        ("{\"level\":\"x\"}{}", 13, Flaw::TrailingData),
        ("{\"level\":1,\"\\u006cevel\":2}", 11, Flaw::Duplicate("level".to_owned())),
        ("{\"zz\":{\"a\":1,\"b\":2,\"a\":3}}", 19, Flaw::Duplicate("a".to_owned())),
        ("{\"by_place\":{\"a\":0,\"a\":0}}", 19, Flaw::Duplicate("a".to_owned())),
    ] {
        let DecodeError::Malformed(malformed) = refused::<Player>(json) else { panic!("{json} is JSON") };
        assert_eq!((malformed.offset, malformed.flaw), (offset, flaw), "{json}");
    }
    for bytes in [&b"\xef\xbb\xbf{}"[..], b"\xff", b"{\"name\":\"\xc3\x28\"}", b"\"\xed\xa0\x80\""] {
        let error = codec::<Player>().decode(bytes, DecodeOptions::new()).unwrap_err();
        assert!(matches!(error, DecodeError::Malformed(_)), "{error}");
    }
}

#[test]
fn field_under_two_of_its_names_is_refused() {
    let json = GOOD.replace("\"level\":3", "\"level\":3,\"lvl\":4");
    let found = violations::<Player>(&json);
    assert_eq!(found[0].0, "/lvl");
    assert_eq!(found[0].2, "must be left out: it is another name of a member that is already present");
}

#[test]
fn unknown_members_must_be_valid_json() {
    for unknown in ["1e400", "[[[]]]", "{\"a\":{\"b\":[1,2]}}", "\"\\ud83d\\ude00\""] {
        let json = GOOD.replace("\"level\":3", &format!("\"level\":3,\"zz\":{unknown},\"zzz\":null"));
        let decoded = codec::<Player>().decode(json.as_bytes(), DecodeOptions::new());
        assert!(decoded.is_ok(), "{json}: {decoded:?}");
    }
}

#[test]
fn error_of_the_types_own_deserialize_has_a_place() {
    let found = violations::<Evens>(r#"{"all":{"a":[2,4],"b/c":[2,6,3]}}"#);
    assert_eq!(found, [("/all/b~1c/2".to_owned(), "type", "cannot be read: not even".to_owned())]);
}

#[test]
fn json_that_can_be_read_in_too_many_ways_is_refused() {
    // Each level doubles the number of attempts of serde.
    let json = format!("{}1{}", "{\"left\":".repeat(60), "}".repeat(60));
    let DecodeError::Malformed(malformed) = refused::<Term>(&json) else { panic!() };
    assert_eq!(malformed.flaw, Flaw::Ambiguous);
    let few = format!("{}1{}", "{\"left\":".repeat(4), "}".repeat(4));
    assert!(codec::<Term>().decode(few.as_bytes(), DecodeOptions::new()).is_ok());
}

#[derive(Serialize, Deserialize, KvType)]
struct Formula {
    expr: Expr,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Expr {
    And { next: Box<Expr>, and: u8 },
    Or { next: Box<Expr>, or: u8 },
    Not { next: Box<Expr>, not: u8 },
    Leaf { leaf: u8 },
}

#[test]
fn members_that_every_variant_visits_are_charged() {
    let strangers: Vec<_> = (0..7_000).map(|nth| format!("\"j{nth}\":0")).collect();
    let nested = |levels: usize, innermost: &str| {
        format!("{{\"expr\":{}{innermost}{}}}", "{\"next\":".repeat(levels), "}".repeat(levels))
    };
    let json = nested(11, &format!("{{{}}}", strangers.join(",")));
    let DecodeError::Malformed(malformed) = refused::<Formula>(&json) else { panic!() };
    assert_eq!(malformed.flaw, Flaw::Ambiguous);
    let json = nested(3, r#"{"leaf":1}"#).replace("}}}}", r#"},"not":1},"or":1},"and":1}"#);
    assert!(codec::<Formula>().decode(json.as_bytes(), DecodeOptions::new()).is_ok(), "{json}");
}

#[derive(Serialize, Deserialize, KvField)]
struct Count {
    n: u8,
}

/// Fields that are declared before the recursive one, and stand after it in a document.
#[derive(Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Late {
    Missing {
        a: u8,
        next: Box<Late>,
    },
    WrongType {
        n: u8,
        next: Box<Late>,
        x: u8,
    },
    Flattened {
        #[serde(flatten)]
        count: Count,
        next: Box<Late>,
        y: u8,
    },
    Tagged(LateTagged),
    Last {
        next: Box<Late>,
        n: String,
    },
    Content {
        c: LateContent,
        t: String,
    },
    Leaf(u8),
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "t", content = "c")]
enum LateTagged {
    X { bad: u8, next: Box<Late> },
    Y(u8),
}

#[derive(Serialize, Deserialize, KvField)]
struct LateContent {
    next: Box<Late>,
    bad: String,
}

#[derive(Serialize, Deserialize, KvType)]
struct LateRoot {
    root: Late,
}

#[test]
fn attempts_are_charged_in_the_order_of_the_document() {
    for (before, after) in [(r#"{"next":"#, r#","n":"x"}"#), (r#"{"c":{"next":"#, r#","bad":"x"},"t":"X"}"#)]
    {
        let nested =
            |levels: usize| format!("{{\"root\":{}1{}}}", before.repeat(levels), after.repeat(levels));
        let few = nested(2);
        assert!(codec::<LateRoot>().decode(few.as_bytes(), DecodeOptions::new()).is_ok(), "{few}");
        let DecodeError::Malformed(malformed) = refused::<LateRoot>(&nested(25)) else { panic!("{before}") };
        assert_eq!(malformed.flaw, Flaw::Ambiguous, "{before}");
    }
}

#[test]
fn untagged_enum_with_one_variant_is_read_once_per_level() {
    #[derive(Serialize, Deserialize, KvType)]
    #[serde(untagged)]
    enum Chain {
        Link { next: Option<Box<Chain>>, value: u8 },
    }
    let mut json = r#"{"value":"wrong"}"#.to_owned();
    for _ in 0..50 {
        json = format!(r#"{{"value":1,"next":{json}}}"#);
    }
    let places = violations::<Chain>(&json);
    assert_eq!(
        places,
        [(format!("{}/value", "/next".repeat(50)), "type", "must be a whole number".to_owned())]
    );
}

#[test]
fn messages_are_short_for_any_input() {
    let long = "n".repeat(40_000);
    let twice = format!("{{\"{long}\":1,\"{long}\":2}}");
    assert!(refused::<Player>(&twice).to_string().len() < 512);
    let many = format!("{{\"by_place\":{{\"{long}\":[{}]}}}}", vec!["0"; 9_000].join(","));
    let DecodeError::Value(errors) = refused::<Player>(&many) else { panic!() };
    assert!(errors.iter().map(|v| v.pointer.len() + v.message.len()).sum::<usize>() < 60_000);
}

#[test]
fn ttl_next_to_the_fields_is_removed_on_request() {
    let codec = codec::<Player>();
    assert!(codec.takes_ttl());
    let with = |ttl: &str| GOOD.replace("\"level\":3", &format!("\"ttl\":{ttl},\"level\":3"));
    let decode = |json: String| codec.decode(json.as_bytes(), DecodeOptions::new().take_ttl());
    for (ttl, read) in [
        ("1", Ttl::In(Duration::from_millis(1))),
        ("3153600000000", Ttl::In(Duration::from_hours(100 * 365 * 24))),
        ("null", Ttl::Never),
    ] {
        assert_eq!(decode(with(ttl)).unwrap().ttl, Some(read), "{ttl}");
    }
    for bad in ["0", "-1", "1.5", "1.0", "\"30\"", "true", "[]", "{}", "3153600000001", "1e3", "1e400"] {
        assert_eq!(decode(with(bad)).unwrap_err(), DecodeError::InvalidTtl, "{bad}");
    }
    let twice = with("1").replace("\"level\":3", "\"level\":3,\"ttl\":1");
    assert!(matches!(decode(twice), Err(DecodeError::Malformed(_))));
    // Inside a value it is an ordinary member.
    let inside = GOOD.replace("\"kind\"", "\"ttl\":\"x\",\"kind\"");
    assert_eq!(decode(inside).unwrap().ttl, None);
    // Without the option, it is an unknown member.
    assert_eq!(codec.decode(with("0").as_bytes(), DecodeOptions::new()).unwrap().ttl, None);
    assert_eq!(decode(GOOD.to_owned()).unwrap().ttl, None);
}

#[test]
fn encode_appends_everything_or_nothing() {
    let mut into = b"[".to_vec();
    let wrong = codec::<Player>().encode(&7_u8, &mut into);
    assert_eq!(wrong, Err(JsonError::OtherType { tag: "Player" }));
    assert_eq!(into, b"[");
    codec::<Shape>().encode(&Shape::Circle { r: 1 }, &mut into).unwrap();
    assert_eq!(into, br#"[{"t":"Circle","r":1}"#);
}

/// Parts that serde reads into a buffer, with plain values only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
struct Feed {
    #[serde(flatten)]
    page: Page,
    events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct Page {
    total: u32,
    #[serde(alias = "skip")]
    offset: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum Event {
    Left { user: User, at: i64 },
    Moved(Position),
    Closed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
struct User(String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
struct Position {
    x: f64,
    y: f64,
}

const FEED: &str = r#"{"total":3,"events":[{"kind":"Left","user":"7","at":1763836800000},
    {"x":0.5,"y":1,"kind":"Moved"},{"kind":"Closed"}],"skip":-2}"#;

fn feed() -> Feed {
    let left = Event::Left { user: User("7".to_owned()), at: 1_763_836_800_000 };
    let events = vec![left, Event::Moved(Position { x: 0.5, y: 1.0 }), Event::Closed];
    Feed { page: Page { total: 3, offset: Some(-2) }, events }
}

#[test]
fn buffered_parts_are_read_strictly() {
    let read = codec::<Feed>().decode(FEED.as_bytes(), DecodeOptions::new()).unwrap();
    assert_eq!(read.value.downcast_ref(), Some(&feed()));
    let ints = "must be a whole number from -9007199254740991 to 9007199254740991";
    for (good, wrong, pointer, sentence) in [
        ("\"total\":3", "\"total\":\"3\"", "/total", "must be a whole number"),
        ("\"total\":3", "\"total\":[3]", "/total", "must be a whole number"),
        (
            "\"total\":3",
            "\"offset\":1,\"total\":3",
            "/skip",
            "must be left out: it is another name of a member that is already present",
        ),
        ("-2", "-9007199254740992", "/skip", ints),
        ("1763836800000", "9007199254740992", "/events/0/at", ints),
        ("1763836800000", "-0", "/events/0/at", ints),
        ("\"7\"", "[\"7\"]", "/events/0/user", "must be a string"),
        ("\"7\"", "7", "/events/0/user", "must be a string"),
        ("{\"kind\":\"Closed\"}", "[\"Closed\"]", "/events/2", "must be an object"),
        ("\"Closed\"", "2", "/events/2/kind", "must be one of \"Left\", \"Moved\", \"Closed\""),
        (
            "\"Closed\"",
            "{\"Closed\":null}",
            "/events/2/kind",
            "must be one of \"Left\", \"Moved\", \"Closed\"",
        ),
        ("\"y\":1", "\"y\":1,\"z\":2", "/events/1/z", "must be left out: it is not a known member"),
        ("{\"x\":0.5,\"y\":1,\"kind\":\"Moved\"}", "[\"Moved\",0.5,1]", "/events/1", "must be an object"),
    ] {
        let json = FEED.replace(good, wrong);
        assert_ne!(json, FEED);
        let found = violations::<Feed>(&json);
        assert_eq!((found[0].0.as_str(), found[0].2.as_str()), (pointer, sentence), "{json}");
    }
}

#[test]
fn duplicate_member_in_a_buffered_part_is_refused() {
    for (good, twice) in [
        ("\"total\":3", "\"zz\":1,\"total\":3,\"zz\":2"),
        ("\"total\":3", "\"zz\":{\"a\":1,\"a\":2},\"total\":3"),
        ("\"kind\":\"Closed\"", "\"kind\":\"Closed\",\"zz\":1,\"zz\":1"),
        ("\"kind\":\"Closed\"", "\"kind\":\"Closed\",\"kind\":\"Closed\""),
        ("\"kind\":\"Closed\"", "\"zz\":{\"a\":1,\"\\u0061\":2},\"kind\":\"Closed\""),
    ] {
        for options in [DecodeOptions::new(), DecodeOptions::new().take_ttl()] {
            let found = codec::<Feed>().decode(FEED.replace(good, twice).as_bytes(), options).map(drop);
            let is_duplicate = matches!(
                &found,
                Err(DecodeError::Malformed(malformed)) if matches!(malformed.flaw, Flaw::Duplicate(_))
            );
            assert!(is_duplicate, "{twice}: {found:?}");
        }
    }
}

#[test]
fn buffered_parts_have_the_same_maximum_depth() {
    let decode = |json: &str, depth| {
        codec::<Feed>().decode(json.as_bytes(), DecodeOptions::new().max_depth(depth)).map(drop)
    };
    let too_deep = |result| matches!(result, Err(DecodeError::Malformed(malformed)) if matches!(malformed.flaw, Flaw::TooDeep(_)));
    assert_eq!(decode(FEED, 3), Ok(()));
    assert!(too_deep(decode(FEED, 2)));
    // The buffer keeps unknown members, too.
    for (good, deeper) in [
        ("\"total\":3", "\"total\":3,\"zz\":{\"a\":{\"a\":{}}}"),
        ("\"kind\":\"Closed\"", "\"kind\":\"Closed\",\"zz\":{}"),
    ] {
        let deep = FEED.replace(good, deeper);
        assert_eq!(decode(&deep, 4), Ok(()), "{deeper}");
        assert!(too_deep(decode(&deep, 3)), "{deeper}");
    }
}

#[test]
fn ttl_is_removed_among_flattened_members_but_not_inside_them() {
    let codec = codec::<Feed>();
    let beside = FEED.replace("\"total\":3", "\"ttl\":5,\"total\":3");
    let inside = FEED.replace("\"kind\":\"Closed\"", "\"kind\":\"Closed\",\"ttl\":5");
    for (json, ttl) in [(beside, Some(Ttl::In(Duration::from_millis(5)))), (inside, None)] {
        let decoded = codec.decode(json.as_bytes(), DecodeOptions::new().take_ttl()).unwrap();
        assert_eq!(decoded.ttl, ttl, "{json}");
        assert_eq!(decoded.value.downcast_ref(), Some(&feed()), "{json}");
    }
}

/// More fields than most types have.
macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(Debug, Serialize, Deserialize, KvType)]
        struct Wide {
            $($field: u8,)*
            #[serde(alias = "other")]
            last: u8,
        }
    };
}

wide! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
    e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9
}

#[test]
fn each_of_many_fields_is_required_and_accepted_once() {
    let names = ('a'..='g').flat_map(|letter| (0..10).map(move |digit| format!("{letter}{digit}")));
    let members: Vec<_> = names.map(|name| format!("\"{name}\":1")).collect();
    let json = |without: &str, more: &str| {
        let kept = members.iter().filter(|member| !member.contains(without)).cloned();
        format!("{{{}}}", kept.chain([more.to_owned()]).collect::<Vec<_>>().join(","))
    };
    assert!(codec::<Wide>().decode(json("zz", "\"last\":1").as_bytes(), DecodeOptions::new()).is_ok());
    let missing = violations::<Wide>(&json("g7", "\"last\":1"));
    assert_eq!(missing, [("/g7".to_owned(), "type", "must be present".to_owned())]);
    let twice = violations::<Wide>(&json("zz", "\"last\":1,\"other\":1"));
    let sentence = "must be left out: it is another name of a member that is already present".to_owned();
    assert_eq!(twice, [("/other".to_owned(), "type", sentence)]);
    let DecodeError::Malformed(malformed) = refused::<Wide>(&json("zz", "\"last\":1,\"g3\":1")) else {
        panic!()
    };
    assert_eq!(
        (malformed.flaw, malformed.offset),
        (Flaw::Duplicate("g3".to_owned()), json("zz", "\"last\":1").len())
    );
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[expect(clippy::option_option, reason = "it is what the test is about")]
struct Nothings {
    twice: Option<Option<u8>>,
    unit: Option<()>,
}

#[test]
fn null_is_the_outermost_none() {
    let mut json = Vec::new();
    let some = Nothings { twice: Some(None), unit: Some(()) };
    codec::<Nothings>().encode(&some, &mut json).unwrap();
    assert_eq!(json, br#"{"twice":null,"unit":null}"#);
    let read = codec::<Nothings>().decode(&json, DecodeOptions::new()).unwrap();
    assert_eq!(read.value.downcast_ref(), Some(&Nothings { twice: None, unit: None }));
}

/// Types that write strings and also read numbers and lists.
#[cfg(all(feature = "rust_decimal", feature = "time"))]
mod foreign {
    use super::{codec, violations};
    use kv_core::{DecodeOptions, KvField, KvType};
    use rust_decimal::Decimal;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use time::{Date, Month};

    #[derive(Debug, Serialize, Deserialize, KvType)]
    struct Invoice {
        total: Decimal,
        due: Date,
        month: Month,
    }

    #[derive(Debug, Serialize, Deserialize, KvType)]
    struct Noted {
        total: Decimal,
        due: Date,
        month: Month,
        #[kv(opaque)]
        notes: Value,
    }

    #[derive(Debug, Serialize, Deserialize, KvType)]
    struct Flat {
        total: Decimal,
        due: Date,
        month: Month,
        #[serde(flatten)]
        more: More,
    }

    #[derive(Debug, Serialize, Deserialize, KvField)]
    struct More {
        paid: bool,
    }

    fn is_read_as_text<T: KvType + Serialize + for<'de> Deserialize<'de>>() {
        let good =
            json!({ "total": "1.50", "due": "2026-03-01", "month": "March", "notes": 1, "paid": true });
        let read = codec::<T>().decode(good.to_string().as_bytes(), DecodeOptions::new());
        assert!(read.is_ok(), "{}: {read:?}", T::TYPE_TAG);
        for (name, wrong) in [("total", json!(1.5)), ("due", json!([2026, 60])), ("month", json!(3))] {
            let mut json = good.clone();
            json[name] = wrong;
            let found = violations::<T>(&json.to_string());
            assert_eq!(found[0].0, format!("/{name}"), "{}: {found:?}", T::TYPE_TAG);
        }
    }

    #[test]
    fn text_is_no_number_and_no_list_whatever_its_reader_takes() {
        is_read_as_text::<Invoice>();
        is_read_as_text::<Noted>();
        is_read_as_text::<Flat>();
    }
}
