//! Scalars for samples: strings and numbers in the formats of common types.

use crate::schema::rule::{Email, Matcher, Number, Rule, Url};
use crate::schema::ty::{FloatKind, IntKind};

/// The number of candidates that are always tried; the others are tried if these are refused.
pub(super) const COVERED: usize = 4;

/// Strings in the formats of common types. The first ones have no format.
const TEXTS: &[&str] = &[
    "a",
    "",
    "\u{e9}\u{1f600} \"\\",
    "A",
    "1",
    "0",
    "1.0.0",
    "^1.0.0",
    "1.5",
    "1.0",
    "-1",
    "true",
    "zz",
    "a@b.example",
    "user@example.com",
    "b.example",
    "example.com",
    "https://b.example/",
    "https://b.example/a?b=c#d",
    "http://localhost:3000/",
    "/a/b",
    "a/b",
    "text/plain",
    "127.0.0.1",
    "::1",
    "127.0.0.1:80",
    "[::1]:443",
    "10.0.0.0/8",
    "2001:db8::/32",
    "67e55044-10b1-426f-9247-bb680e5fe0c8",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "9m4e2mr0ui3e8a215n4g",
    "0ujtsYcgvSTl8PAuAdqWYSMnLOv",
    "507f1f77bcf86cd799439011",
    "V1StGXR8_Z5jdHi6B-myT",
    "2024-02-29",
    "12:34:56",
    "12:34:56.0",
    "2024-02-29T12:34:56",
    "2024-02-29T12:34:56Z",
    "2024-02-29T12:34:56.789Z",
    "2024-02-29T12:34:56+00:00",
    "2024-02-29T12:34:56+00:00[UTC]",
    "2024-02-29 12:34:56.0",
    "2024-02-29 12:34:56.0 +00:00:00",
    "2024-02-29 12:34:56 UTC",
    "2024-02-29 12:34:56",
    "Thu, 29 Feb 2024 12:34:56 GMT",
    "2024-W09-4",
    "2024-02",
    "--02-29",
    "+00:00:00",
    "+01:00",
    "+00:00",
    "1.000000000",
    "PT1H",
    "PT1S",
    "P1D",
    "1h",
    "30s",
    "1s",
    "00:00:01",
    "1d 2h",
    "UTC",
    "Europe/Berlin",
    "Mon",
    "Monday",
    "January",
    "Jan",
    "#ff0000",
    "#FF0000",
    "#ff0000ff",
    "ff0000",
    "red",
    "Red",
    "rgb(255, 0, 0)",
    "1,2",
    "1:2",
    "1-2",
    "1/2",
    "1x2",
    "(1,2)",
    "[1,2]",
    "1 2",
    "1;2",
    "a,b",
    "a:b",
    "a=b",
    "a-b",
    "a_b",
    "a-1",
    "A-1",
    "a b",
    "A B",
    "en",
    "en-US",
    "de-DE",
    "US",
    "USA",
    "USD",
    "EUR",
    "1.00 EUR",
    "10 EUR",
    "+14155552671",
    "+1 415-555-2671",
    "DE89370400440532013000",
    "978-3-16-148410-0",
    "00:00:5e:00:53:01",
    "00-00-5E-00-53-01",
    "00:00:5E:00:53:01",
    "0xff",
    "0x00",
    "00",
    "ff",
    "0123456789abcdef",
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "YQ==",
    "YWJj",
    "YQ",
    "AAAAAAAAAAAAAAAAAAAAAA==",
    "GET",
    "get",
    "info",
    "INFO",
    "debug",
    "1 KiB",
    "1 kB",
    "1MB",
    "1GiB",
    "50%",
    "* * * * *",
    "0 * * * * *",
    "^[a-z]+$",
    "*.b.example",
    "$.a",
    "{}",
    "[]",
    "null",
    "none",
    "abcdef",
    "abcdefgh",
    "abcdefghijkl",
    "Abcdef1!",
    "Abcdefgh12345!",
];

/// Returns strings for a place with rules: first those that satisfy the rules, then all others.
pub(super) fn texts(rules: &'static [Rule], example: Option<&str>) -> Vec<String> {
    let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    for rule in rules {
        match rule {
            Rule::OneOf(one_of) => prefer(&mut texts, one_of.allowed.iter().map(|text| (*text).to_owned())),
            Rule::Len(len) => {
                let exact = "a".repeat(len.min.unwrap_or_default().clamp(1, MOST_CHARACTERS));
                prefer(&mut texts, [exact].into_iter());
            }
            Rule::NonEmpty(_) => move_back(&mut texts, |text| !text.is_empty()),
            Rule::Email(_) => matching(&mut texts, Email::PATTERN),
            Rule::Url(_) => matching(&mut texts, Url::PATTERN),
            Rule::Pattern(pattern) => matching(&mut texts, pattern.text),
            _ => {}
        }
    }
    prefer(&mut texts, example.map(str::to_owned).into_iter());
    texts
}

/// The maximum length of a string that is made for `len(min = …)`.
const MOST_CHARACTERS: usize = 4096;

/// Returns the strings that the parser of a format accepts.
pub(super) fn formatted(accepts: fn(&str) -> bool, example: Option<&str>) -> Vec<String> {
    let all = example.into_iter().chain(TEXTS.iter().copied());
    all.filter(|text| accepts(text)).map(str::to_owned).collect()
}

fn matching(texts: &mut Vec<String>, pattern: &'static str) {
    let matcher = Matcher::new(pattern);
    move_back(texts, |text| matcher.is_match(text));
}

fn move_back(texts: &mut Vec<String>, keep: impl Fn(&str) -> bool) {
    let (first, last): (Vec<_>, Vec<_>) = std::mem::take(texts).into_iter().partition(|text| keep(text));
    texts.extend(first.into_iter().chain(last));
}

/// Returns `first` followed by the others, without duplicates.
pub(super) fn prefer<T: PartialEq>(all: &mut Vec<T>, first: impl Iterator<Item = T>) {
    let mut preferred: Vec<T> = Vec::new();
    for item in first.chain(std::mem::take(all)) {
        if !preferred.contains(&item) {
            preferred.push(item);
        }
    }
    *all = preferred;
}

/// Returns integers of a type, those named by rules first.
pub(super) fn integers(
    kind: IntKind,
    not_zero: bool,
    rules: &'static [Rule],
    example: Option<&str>,
) -> Vec<i128> {
    /// The first integer that a float cannot represent.
    const BEYOND_FLOATS: i128 = (1 << 53) + 1;
    const USUAL: &[i128] = &[
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        12,
        16,
        32,
        64,
        100,
        128,
        200,
        255,
        256,
        400,
        404,
        500,
        1000,
        1024,
        65535,
        -1,
        1_700_000_000,
        1_700_000_000_000,
    ];
    let (min, max) = kind.range();
    let mut all = vec![1, max, min, BEYOND_FLOATS, 0];
    all.extend(USUAL);
    for rule in rules {
        if let Rule::Range(range) = rule {
            let bound = |bound| if let Some(Number::Int(n)) = bound { Some(n) } else { None };
            let (low, high) = (bound(range.min), bound(range.max));
            let is_in = |n: &i128| low.is_none_or(|low| low <= *n) && high.is_none_or(|high| *n <= high);
            let (first, last): (Vec<_>, Vec<_>) = all.into_iter().partition(is_in);
            all = first.into_iter().chain(low).chain(high).chain(last).collect();
        }
    }
    prefer(&mut all, example.and_then(|text| text.parse().ok()).into_iter());
    all.retain(|n| (min..=max).contains(n) && !(not_zero && *n == 0));
    all
}

/// Returns floats of a type, as JSON.
pub(super) fn floats(kind: FloatKind, rules: &'static [Rule], example: Option<&str>) -> Vec<String> {
    let long = if kind == FloatKind::F32 { "117.63331" } else { "117.63331139400017" };
    let mut all: Vec<String> =
        ["1.5", long, "1", "-0.25", "0.0", "0.5", "1e10", "10.0", "100.0"].map(str::to_owned).into();
    for rule in rules {
        if let Rule::Range(range) = rule {
            let holds = |text: &str| {
                text.parse().is_ok_and(|n: f64| {
                    range.min.is_none_or(|min| min.to_f64() <= n)
                        && range.max.is_none_or(|max| n <= max.to_f64())
                })
            };
            let bounds = [range.min, range.max].into_iter().flatten().map(|bound| bound.to_f64().to_string());
            all.extend(bounds);
            move_back(&mut all, holds);
        }
    }
    prefer(&mut all, example.map(str::to_owned).into_iter());
    all
}
