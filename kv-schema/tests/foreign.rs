//! Types of other crates: their schemas agree with the JSON that serde writes, reads and refuses.

#![expect(
    clippy::unwrap_used,
    reason = "clippy only knows the functions with #[test] as tests, and helpers of tests may fail too"
)]

use kv_schema::rule::{Each, HasLen, HasText, NonEmpty, Number, Range, Rule};
use kv_schema::ty::{Fields, Shape};
use kv_schema::{KvField, MapKey, TypeSchema, ValidationErrors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Debug;

/// Returns whether JSON has the shape of a schema. Supports only the shapes in this file.
fn fits(schema: &TypeSchema, json: &Value) -> bool {
    match (schema.shape, json) {
        (Shape::Json, _) => true,
        (Shape::String, json) => json.is_string(),
        (Shape::Formatted(format), Value::String(text)) => (format.accepts)(text),
        (Shape::Int(kind), Value::Number(n)) => {
            let (min, max) = kind.range();
            n.as_i128().is_some_and(|n| min <= n && n <= max)
        }
        (Shape::Enum(it), Value::String(name)) => it.variants.iter().any(|variant| variant.name == name),
        (Shape::List(item) | Shape::Set(item), Value::Array(items)) => {
            items.iter().all(|json| fits(item.get(), json))
        }
        (Shape::Map { key, value }, Value::Object(entries)) => {
            entries.iter().all(|(name, json)| fits(key.get(), &json!(name)) && fits(value.get(), json))
        }
        (Shape::Struct(Fields::Tuple(fields)), Value::Array(items)) => {
            fields.len() == items.len()
                && fields.iter().zip(items).all(|(field, json)| {
                    fits(field.ty.get(), json)
                        && field.rules.iter().all(|rule| {
                            let Rule::Range(range) = rule else { return false };
                            let n = json.as_i64().unwrap();
                            ValidationErrors::collect(|v| range.check(&n, v)).is_ok()
                        })
                })
        }
        _ => false,
    }
}

/// Asserts that values are valid, are written in the shape of their schema, and are read back
/// equal.
fn round_trip<T: KvField + Serialize + DeserializeOwned + PartialEq + Debug>(
    values: impl IntoIterator<Item = T>,
) {
    for value in values {
        assert_eq!(ValidationErrors::collect(|v| value.check(v)), Ok(()), "{value:?}");
        let text = serde_json::to_string(&value).unwrap();
        assert!(fits(T::schema(), &serde_json::from_str(&text).unwrap()), "{text}");
        assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    }
}

/// Asserts that both the schema and serde refuse JSON.
fn refused<T: KvField + DeserializeOwned + Debug>(json: impl IntoIterator<Item = Value>) {
    for json in json {
        assert!(!fits(T::schema(), &json), "{json} fits");
        assert!(serde_json::from_value::<T>(json.clone()).is_err(), "{json} is read");
    }
}

/// Asserts that both the schema and serde accept texts, which serde may write differently.
fn read<T: KvField + DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        assert!(fits(T::schema(), &json!(text)), "{text}");
        assert!(serde_json::from_value::<T>(json!(text)).is_ok(), "{text}");
    }
}

fn broken(value: &impl KvField) -> Vec<(String, &'static str, String)> {
    let report = ValidationErrors::collect(|v| value.check(v)).unwrap_err();
    report.iter().map(|v| (v.pointer.clone(), v.rule, v.message.clone())).collect()
}

fn keys_match_serde<K: MapKey + Serialize + std::hash::Hash + Eq + Clone>(keys: impl IntoIterator<Item = K>) {
    for key in keys {
        let json = serde_json::to_value(HashMap::from([(key.clone(), 0)])).unwrap();
        assert_eq!(json.as_object().unwrap().keys().next(), Some(&key.display().to_string()));
    }
}

mod of_chrono {
    use super::*;
    use chrono::{
        DateTime, Days, FixedOffset, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
        Timelike, Utc, Weekday,
    };

    fn noon() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn east(seconds: i32) -> FixedOffset {
        FixedOffset::east_opt(seconds).unwrap()
    }

    #[test]
    fn dates_and_times_round_trip() {
        let leap = noon().with_second(59).unwrap().with_nanosecond(1_999_999_999).unwrap();
        round_trip([NaiveDate::MIN, NaiveDate::MAX, noon().date()]);
        round_trip([NaiveTime::MIN, NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999).unwrap()]);
        round_trip([NaiveDateTime::MIN, NaiveDateTime::MAX, noon(), leap]);
        round_trip([DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, noon().and_utc(), leap.and_utc()]);
        round_trip([0, 3600, -3600, 86_340, -86_340].map(|s| east(s).from_utc_datetime(&noon())));
        keys_match_serde([noon(), leap, NaiveDateTime::MIN]);
        keys_match_serde([0, 3600].map(|s| east(s).from_utc_datetime(&noon())));
        assert_eq!(DateTime::<Utc>::schema().name, "DateTime");
        read::<DateTime<Utc>>(&["2024-02-29 12:00:00+01:00", "2024-02-29T12:00:00.5Z"]);
        refused::<DateTime<FixedOffset>>([json!("2024-02-30T12:00:00Z"), json!("noon"), json!(0)]);
        refused::<NaiveDate>([
            json!("2024-02-30"),
            json!(""),
            json!("2024-02-29T00:00:00"),
            json!([2024, 60]),
        ]);
        refused::<NaiveTime>([json!("24:00:00"), json!("12"), json!(12)]);
        refused::<NaiveDateTime>([json!("2024-02-29 12:00:00"), json!("2024-02-29T12:00:00Z")]);
    }

    #[test]
    fn time_that_would_be_read_back_differently_breaks_the_rule_type() {
        let odd = east(30).from_utc_datetime(&noon());
        assert_eq!(
            broken(&odd),
            [(String::new(), "type", "must have an offset of whole minutes".to_owned())]
        );
        assert_ne!(serde_json::from_value::<DateTime<FixedOffset>>(json!(odd)).unwrap(), odd);

        let stray = noon().with_nanosecond(1_500_000_000).unwrap();
        for broken in [broken(&stray), broken(&stray.time()), broken(&stray.and_utc())] {
            assert_eq!(
                (broken[0].1, broken[0].2.as_str()),
                ("type", "must have a leap second only after :59")
            );
        }

        let beyond = east(3600).from_utc_datetime(&NaiveDateTime::MAX);
        assert_eq!(broken(&beyond)[0].2, "must be a date that chrono can represent at its own offset");
        assert_eq!(beyond.display().to_string(), "+262142-12-31T23:59:59.999999999Z");
        assert!(broken(&HashMap::from([(beyond, 1)]))[0].0.starts_with("/+262142"));
    }

    #[test]
    fn names_are_read_in_every_spelling_of_chrono() {
        let week = std::iter::successors(Some(Weekday::Mon), |day| Some(day.succ()));
        round_trip(week.take(7));
        round_trip((1..=12).map(|n| Month::try_from(n).unwrap()));
        keys_match_serde([Weekday::Sun]);
        keys_match_serde([Month::May]);
        read::<Weekday>(&["mon", "MONDAY", "Mon"]);
        read::<Month>(&["jan", "JANUARY"]);
        refused::<Weekday>([json!("Montag"), json!(1)]);
        refused::<Month>([json!("Januar"), json!(1)]);
    }

    #[test]
    fn time_deltas_are_seconds_and_nanoseconds() {
        round_trip([TimeDelta::MIN, TimeDelta::MAX, TimeDelta::zero(), TimeDelta::nanoseconds(-1)]);
        round_trip([noon() - (noon() - Days::new(3))]);
        refused::<TimeDelta>([
            json!([0, 1_000_000_000]),
            json!([0, -1]),
            json!([i64::MAX / 1000 + 1, 0]),
            json!([-(i64::MAX / 1000) - 2, 0]),
            json!([0]),
            json!("1s"),
        ]);
    }
}

mod of_time {
    use super::*;
    use time::{
        Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset, Weekday,
    };

    #[test]
    fn dates_and_times_round_trip() {
        let offsets = [(0, 0, 0), (1, 30, 0), (0, -30, 0), (25, 59, 59), (-25, -59, -59), (0, 0, -1)]
            .map(|(h, m, s)| UtcOffset::from_hms(h, m, s).unwrap());
        let last = Time::from_hms_nano(23, 59, 59, 999_999_999).unwrap();
        round_trip([Date::MIN, Date::MAX, Date::from_ordinal_date(0, 1).unwrap()]);
        round_trip([Time::MIDNIGHT, last, Time::from_hms_micro(1, 2, 3, 40).unwrap()]);
        round_trip([PrimitiveDateTime::MIN, PrimitiveDateTime::MAX, PrimitiveDateTime::new(Date::MAX, last)]);
        round_trip([UtcDateTime::MIN, UtcDateTime::MAX, UtcDateTime::UNIX_EPOCH]);
        round_trip(offsets);
        round_trip(offsets.map(|offset| OffsetDateTime::UNIX_EPOCH.to_offset(offset)));
        round_trip([PrimitiveDateTime::MIN, PrimitiveDateTime::MAX].map(PrimitiveDateTime::assume_utc));
        round_trip([Duration::MIN, Duration::MAX, Duration::ZERO, Duration::nanoseconds(-1), Duration::DAY]);
        keys_match_serde(offsets);
        keys_match_serde([PrimitiveDateTime::MIN]);
        refused::<Date>([json!("2024-02-30"), json!(""), json!(1)]);
        refused::<Time>([json!("12:00:00"), json!("24:00:00.0")]);
        refused::<PrimitiveDateTime>([json!("2024-02-29T12:00:00.0")]);
        refused::<UtcDateTime>([json!("2024-02-29 12:00:00.0 +00:00:00")]);
        refused::<OffsetDateTime>([json!("2024-02-29T12:00:00Z"), json!("2024-02-29 12:00:00.0")]);
        refused::<UtcOffset>([json!("Z"), json!("+26:00:00"), json!("+01:00")]);
        refused::<Duration>([json!("1"), json!("1s"), json!(1.5), json!("0.x")]);
    }

    #[test]
    fn least_and_greatest_times_round_trip_at_every_offset() {
        let ends = [PrimitiveDateTime::MIN, PrimitiveDateTime::MAX];
        for offset in [(1, 0, 0), (-1, 0, 0), (25, 59, 59), (-25, -59, -59)] {
            let (h, m, s) = offset;
            round_trip(ends.map(|end| end.assume_offset(UtcOffset::from_hms(h, m, s).unwrap())));
        }
    }

    #[test]
    fn weekdays_and_months_are_variants() {
        let week = std::iter::successors(Some(Weekday::Monday), |day| Some(day.next()));
        round_trip(week.take(7));
        round_trip((1..=12).map(|n| Month::try_from(n).unwrap()));
        keys_match_serde([Weekday::Sunday]);
        keys_match_serde([Month::May]);
        refused::<Weekday>([json!("monday"), json!("Mon"), json!(0)]);
        refused::<Month>([json!("may"), json!(0)]);
    }
}

#[test]
fn uuids_are_written_with_hyphens() {
    use uuid::{NonNilUuid, Uuid};
    let some = Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
    round_trip([Uuid::nil(), Uuid::max(), some]);
    round_trip([NonNilUuid::new(some).unwrap()]);
    keys_match_serde([some]);
    let text = some.to_string();
    read::<Uuid>(&[
        &text.to_uppercase(),
        &text.replace('-', ""),
        &format!("urn:uuid:{text}"),
        &format!("{{{text}}}"),
    ]);
    refused::<Uuid>([json!(""), json!(&text[1..]), json!(vec![0; 16])]);
    refused::<NonNilUuid>([json!(Uuid::nil())]);
}

#[test]
fn urls_are_texts_with_rules() {
    use url::Url;
    let urls = [
        "https://acme.example/a?b#c",
        "mailto:a@b",
        "file:///a/b",
        "http://[::1]:8080/",
        "https://ü.example",
    ];
    round_trip(urls.map(|url| Url::parse(url).unwrap()));
    keys_match_serde(urls.map(|url| Url::parse(url).unwrap()));
    refused::<Url>([json!(""), json!("acme.example"), json!("http://"), json!("http://a:99999"), json!(1)]);
    let url = Url::parse("https://acme.example").unwrap();
    assert_eq!((url.text(), url.measure()), (Some("https://acme.example/"), Some(21)));
}

#[test]
fn decimals_are_texts_with_a_range() {
    use rust_decimal::Decimal;
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    round_trip([Decimal::MIN, Decimal::MAX, Decimal::ZERO, decimal("-0.0000000000000000000000000001")]);
    keys_match_serde([decimal("1.50")]);
    assert_eq!(json!(decimal("1.50")), json!("1.50"));
    read::<Decimal>(&["1e3", "1_000", "+1"]);
    refused::<Decimal>([json!(""), json!("1,5"), json!("NaN"), json!("79228162514264337593543950336")]);

    let holds = |min, max, text| {
        let range = Range { min: Some(min), max: Some(max) };
        ValidationErrors::collect(|v| range.check(&decimal(text), v)).is_ok()
    };
    let tenths = |text| holds(Number::Float(0.1), Number::Float(0.3), text);
    assert!(tenths("0.1") && tenths("0.3") && tenths("0.2"));
    assert!(!tenths("0.0999999999999999999999999999") && !tenths("0.3000000000000000000000000001"));
    let all = |text| holds(Number::Int(i128::MIN), Number::Int(i128::MAX), text);
    assert!(all("79228162514264337593543950335") && all("-79228162514264337593543950335"));
    assert!(holds(Number::Float(1e-30), Number::Float(1e300), "1"));
    assert!(!holds(Number::Int(i128::MIN), Number::Float(-1e300), "-79228162514264337593543950335"));
    assert!(!holds(Number::Int(0), Number::Int(100), "100.01"));
}

#[test]
fn smol_strs_are_strings() {
    use smol_str::SmolStr;
    let long = SmolStr::new("longer than what stands in the value itself");
    round_trip([SmolStr::default(), SmolStr::new_static("static"), long.clone()]);
    keys_match_serde([long.clone()]);
    refused::<SmolStr>([json!(1), json!(null)]);
    assert_eq!(SmolStr::schema(), String::schema());
    assert_eq!((long.text(), long.measure()), (Some(long.as_str()), Some(43)));
    assert!(ValidationErrors::collect(|v| NonEmpty.check(&Some(SmolStr::default()), v)).is_err());
}

#[test]
fn violations_in_an_unordered_map_are_reported_in_key_order() {
    use indexmap::{IndexMap, IndexSet};
    let map: IndexMap<u32, Vec<f64>> =
        [(10, vec![0.0, f64::NAN]), (9, vec![f64::NAN]), (100, vec![])].into_iter().collect();
    let pointers: Vec<_> = broken(&map).into_iter().map(|(pointer, ..)| pointer).collect();
    assert_eq!(pointers, ["/9/0", "/10/1"]);
    let report = ValidationErrors::collect(|v| Each::check(&map, v, |item, v| NonEmpty.check(item, v)));
    assert_eq!(report.unwrap_err().violations()[0].pointer, "/100");

    let set: IndexSet<Option<Box<str>>> = [Some("b".into()), None, Some("a".into())].into_iter().collect();
    let well: IndexMap<String, IndexSet<u8>> =
        [("b".to_owned(), IndexSet::from([2, 1])), ("a".to_owned(), IndexSet::default())]
            .into_iter()
            .collect();
    assert_eq!((well.measure(), set.measure()), (Some(2), Some(3)));
    assert_eq!(serde_json::to_string(&well).unwrap(), r#"{"b":[2,1],"a":[]}"#);
    round_trip([well, IndexMap::default()]);
    refused::<IndexMap<u8, u8>>([json!([]), json!({"a": 1}), json!({"1": 256})]);
    refused::<IndexSet<u8>>([json!({}), json!([256])]);
    assert_eq!(IndexMap::<u8, IndexSet<u8>>::schema().to_string(), "IndexMap<u8, IndexSet<u8>>");
}

#[test]
fn any_json_round_trips() {
    use serde_json::Map;
    let values = [json!(null), json!(u64::MAX), json!(-1.5e300), json!({"a": [1, {"b": "c"}]}), json!("")];
    round_trip(values.clone());
    let members: Map<String, Value> = values.into_iter().map(|json| (json.to_string(), json)).collect();
    let report = ValidationErrors::collect(|v| {
        Each::check(&members, v, |_, v| v.report("rule", &[], "must hold"));
    });
    assert_eq!(report.unwrap_err().violations()[0].pointer, "/\"\"");
    assert_eq!(members.measure(), Some(5));
    round_trip([members, Map::new()]);
    refused::<Map<String, Value>>([json!([]), json!(null)]);
}
