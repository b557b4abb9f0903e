//! The rules for strings and numbers, and the functions that validate whole values.

use kv_core::schema::rule::{JsSafe, Pattern, Rule};
use kv_core::schema::ty::{Fields, Shape};
use kv_core::{KvField, KvType, Param, ValidationErrors};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU64;

fn report<T: KvField>(value: &T) -> Vec<String> {
    match ValidationErrors::collect(|v| value.check(v)) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.iter().map(|v| format!("{} {}: {}", v.pointer, v.rule, v.message)).collect(),
    }
}

#[derive(Clone, KvType)]
struct Contact {
    #[kv(pattern = "^[a-z]{2}(-[A-Z]{2})?$")]
    language: Option<String>,
    #[kv(each(email))]
    mails: Vec<String>,
    #[kv(url)]
    home: std::borrow::Cow<'static, str>,
    #[kv(each(pattern = r"^\+[0-9]{5,15}$"))]
    phones: BTreeMap<u8, Box<str>>,
}

const GOOD: Contact = Contact {
    language: None,
    mails: Vec::new(),
    home: std::borrow::Cow::Borrowed("https://acme.example"),
    phones: BTreeMap::new(),
};

#[test]
fn string_rules_are_checked() {
    assert_eq!(report(&GOOD), [""; 0]);
    let fine = Contact {
        language: Some("de-CH".into()),
        mails: vec!["ada@acme.example".into()],
        phones: BTreeMap::from([(1, "+4144123".into())]),
        ..GOOD
    };
    assert_eq!(report(&fine), [""; 0]);
    let bad = Contact {
        language: Some("deutsch".into()),
        mails: vec!["ada@acme.example".into(), "ada".into()],
        home: "acme.example".into(),
        phones: BTreeMap::from([(1, "+4144123".into()), (7, "044 123".into())]),
    };
    assert_eq!(
        report(&bad),
        [
            "/language pattern: must match the pattern ^[a-z]{2}(-[A-Z]{2})?$",
            "/mails/1 email: must be an email address",
            "/home url: must be a web address that starts with http:// or https://",
            r"/phones/7 pattern: must match the pattern ^\+[0-9]{5,15}$",
        ]
    );
    let Shape::Struct(fields) = Contact::schema().shape else { panic!("{:?}", Contact::schema()) };
    let pattern = Pattern { text: "^[a-z]{2}(-[A-Z]{2})?$" };
    assert_eq!(fields.all()[0].rules, [Rule::Pattern(pattern)]);
}

#[derive(Clone, KvType)]
struct Bounded {
    #[kv(pattern = "^[a-z]*$", len(max = 4), custom = "never")]
    code: String,
    #[kv(each(custom = "never", len(max = 2), non_empty), len(min = 1, max = 2))]
    codes: Vec<String>,
}

/// Panics if it is called with a text that is longer than `len` allows.
fn never(text: &str) -> Result<(), &'static str> {
    assert!(text.len() <= 4, "{text}");
    Err("must never be there")
}

#[test]
fn other_rules_are_skipped_if_len_fails() {
    let long = "A".repeat(5);
    let value = Bounded { code: long.clone(), codes: vec![long.clone(), long.clone(), long.clone()] };
    assert_eq!(
        report(&value),
        ["/code len: must have at most 4 characters", "/codes len: must have 1 to 2 items",]
    );
    let value = Bounded { code: "A".into(), codes: vec![long, "A".into()] };
    assert_eq!(
        report(&value),
        [
            "/code pattern: must match the pattern ^[a-z]*$",
            "/code custom: must never be there",
            "/codes/0 len: must have at most 2 characters",
            "/codes/1 custom: must never be there",
        ]
    );
}

#[derive(KvField)]
#[kv(validate = "not_both")]
enum Reading {
    Exact {
        #[kv(js_safe)]
        ticks: Option<NonZeroU64>,
        #[kv(any_int, range(max = 10))]
        count: i128,
    },
    Rough(#[kv(any_float)] f64, #[kv(each(each(any_float)))] Vec<Option<Box<[f32]>>>, f32),
}

fn not_both(reading: &Reading) -> Result<(), NotBoth> {
    match reading {
        Reading::Exact { ticks: Some(_), count: 1.. } => Err(NotBoth),
        _ => Ok(()),
    }
}

struct NotBoth;

impl fmt::Display for NotBoth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must have ticks or a count, not both")
    }
}

#[test]
fn number_rules_are_checked() {
    let ticks = |n| Reading::Exact { ticks: NonZeroU64::new(n), count: -1 };
    assert_eq!(report(&ticks((1 << 53) - 1)), [""; 0]);
    assert_eq!(
        report(&ticks(1 << 53)),
        ["/Exact/ticks js_safe: must be from -9007199254740991 to 9007199254740991"]
    );
    let Shape::Enum(schema) = Reading::schema().shape else { panic!("{:?}", Reading::schema()) };
    let Fields::Named { fields, .. } = schema.variants[0].fields else { panic!("{schema:?}") };
    assert_eq!(fields[0].rules, [Rule::JsSafe(JsSafe)]);
}

#[test]
fn any_float_allows_nan_and_infinity_only_in_its_field() {
    let items = || vec![None, Some(Box::from([f32::INFINITY]))];
    assert_eq!(report(&Reading::Rough(f64::NAN, items(), 0.0)), [""; 0]);
    let rough = Reading::Rough(f64::NAN, items(), f32::NAN);
    assert_eq!(report(&rough), ["/Rough/2 finite: must be a finite number"]);
}

#[test]
fn validate_function_checks_the_whole_value() {
    let both = Reading::Exact { ticks: NonZeroU64::new(1), count: 11 };
    assert_eq!(
        report(&both),
        ["/Exact/count range: must be at most 10", " validate: must have ticks or a count, not both"]
    );
    assert_eq!(Reading::schema().validate, Some("not_both"));
    let errors = ValidationErrors::collect(|v| both.check(v)).unwrap_err();
    assert_eq!(errors.violations()[1].params, [("name", Param::Text("not_both"))]);
}

mod places {
    use super::Period;
    use kv_core::ValidationErrors;

    pub(super) fn in_order<T>(period: &Period<T>) -> Result<(), ValidationErrors> {
        ValidationErrors::collect(|v| {
            if period.from > period.to {
                v.member("from").report("order", &[], "must not be after the end");
            }
        })
    }
}

#[derive(KvField)]
#[kv(validate = "places::in_order")]
struct Period<T> {
    from: u32,
    to: u32,
    what: T,
}

#[derive(KvType)]
struct Plan {
    periods: Vec<Period<Option<f64>>>,
}

#[test]
fn validate_function_reports_pointers_within_its_value() {
    let period = |from, to, what| Period { from, to, what };
    let plan = Plan { periods: vec![period(1, 2, None), period(3, 2, Some(f64::NAN))] };
    assert_eq!(
        report(&plan),
        [
            "/periods/1/what finite: must be a finite number",
            "/periods/1/from order: must not be after the end"
        ]
    );
}
