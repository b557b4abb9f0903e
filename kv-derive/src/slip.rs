//! What was probably meant by a word that is none.

use crate::symbol::{
    ANY_FLOAT, CUSTOM, EACH, EVICT, KEY, LEN, MAX_ENTRIES, NON_EMPTY, ONE_OF, OPAQUE, PATTERN, RANGE, SKIP,
    TAG, TTL, list,
};
use kv_schema::elm::ElmNameError;
use kv_schema::tag;
use std::fmt::Display;

/// What other libraries call the same.
const ELSEWHERE: &[(&str, &str)] = &[
    ("alphanumeric", PATTERN),
    ("ascii", PATTERN),
    ("between", RANGE),
    ("capacity", MAX_ENTRIES),
    ("check", CUSTOM),
    ("choices", ONE_OF),
    ("count", LEN),
    ("dive", EACH),
    ("enum", ONE_OF),
    ("expire", TTL),
    ("expires", TTL),
    ("expiry", TTL),
    ("finite", ANY_FLOAT),
    ("format", PATTERN),
    ("hidden", SKIP),
    ("id", KEY),
    ("ignore", SKIP),
    ("inner", EACH),
    ("items", EACH),
    ("json", OPAQUE),
    ("lifetime", TTL),
    ("limit", MAX_ENTRIES),
    ("matches", PATTERN),
    ("max", LEN),
    ("max", RANGE),
    ("max_capacity", MAX_ENTRIES),
    ("max_items", MAX_ENTRIES),
    ("max_size", MAX_ENTRIES),
    ("maximum", LEN),
    ("maximum", RANGE),
    ("min", LEN),
    ("min", RANGE),
    ("minimum", LEN),
    ("minimum", RANGE),
    ("name", TAG),
    ("nan", ANY_FLOAT),
    ("policy", EVICT),
    ("raw", OPAQUE),
    ("regex", PATTERN),
    ("regexp", PATTERN),
    ("required", NON_EMPTY),
    ("size", LEN),
    ("template", KEY),
    ("timeout", TTL),
    ("type", TAG),
    ("validate", CUSTOM),
    ("validator", CUSTOM),
    ("values", ONE_OF),
    ("variants", ONE_OF),
    ("with", CUSTOM),
];

/// Words that are serde's.
const SERDES: &[&str] = &[
    "alias",
    "content",
    "default",
    "deny_unknown_fields",
    "flatten",
    "other",
    "rename",
    "rename_all",
    "rename_all_fields",
    "skip_serializing_if",
    "transparent",
    "untagged",
];

/// Says that a word is not known, which one was probably meant, and which ones there are.
pub(crate) fn unknown(what: &str, word: &str, known: &[&str], known_as: &str) -> String {
    let list = list(known);
    match nearest(word, known) {
        Some(meant) => format!("unknown {what} `{word}`: did you mean `{meant}`? {known_as}: {list}"),
        None if known.is_empty() => format!("unknown {what} `{word}`: there is none"),
        None => format!("unknown {what} `{word}`; {known_as}: {list}"),
    }
}

/// What to say of a word that is serde's.
pub(crate) fn serdes(word: &str) -> Option<String> {
    SERDES.contains(&word).then(|| format!("`{word}` is a word of serde's: write it in `#[serde(...)]`"))
}

/// The known word that a slip of the fingers or of the memory makes of this one, if any.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.trim().to_lowercase();
    let closest = |candidates: &mut dyn Iterator<Item = &'a str>| {
        candidates.map(|k| (distance(&word, &k.to_lowercase()), k)).min_by_key(|(d, _)| *d)
    };
    let slip = || {
        let (distance, nearest) = closest(&mut known.iter().copied())?;
        (distance <= word.len().div_ceil(4) && distance < word.len()).then_some(nearest)
    };
    let elsewhere = || {
        let meant = |k: &&&str| ELSEWHERE.contains(&(word.as_str(), **k));
        known.iter().find(meant).copied()
    };
    let extended = || {
        let part_of = |a: &str, b: &str| a.len() >= 3 && b.contains(a);
        let extends = |k: &&str| part_of(k, &word) || part_of(&word, &k.to_lowercase());
        closest(&mut known.iter().copied().filter(extends)).map(|(_, k)| k)
    };
    slip().or_else(elsewhere).or_else(extended)
}

/// How many letters to insert, remove, replace or swap with their neighbour make `b` of `a` (optimal string
/// alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The time to live that was probably meant: `30 seconds` is "30s".
pub(crate) fn ttl(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim_start() {
        "ms" | "msec" | "msecs" | "milli" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => return Some(format!("{}d", number.parse::<u16>().ok()?.checked_mul(7)?)),
        _ => return None,
    };
    (!number.is_empty()).then(|| format!("{number}{unit}"))
}

/// A message about a text that is no name, and the name that it nearly is.
pub(crate) fn with_name(message: &impl Display, text: &str) -> String {
    let name = text.trim().replace([' ', '-', '.', ':', '/'], "_");
    if name != text && tag::check(&name).is_ok() {
        format!("{message}; did you mean {name:?}?")
    } else {
        message.to_string()
    }
}

/// A message about a text that is not a name in Elm, and the nearest name that is.
pub(crate) fn with_elm_name(
    error: &ElmNameError,
    text: &str,
    check: fn(&str) -> Result<(), ElmNameError>,
) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let joined: String = words.map(|word| first(word, char::to_ascii_uppercase)).collect();
    let lower = first(&joined, char::to_ascii_lowercase);
    let reserved = format!("{lower}_");
    let meant = [joined, lower, reserved].into_iter().find(|name| name != text && check(name).is_ok());
    match meant {
        Some(meant) => format!("{error}; did you mean {meant:?}?"),
        None => error.to_string(),
    }
}

/// Changes the first character.
fn first(word: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = word.chars();
    chars.next().iter().map(change).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbol::{ANY_INT, EMAIL, JS_SAFE, ON_FIELD, ON_TYPE, PLURAL, POLICIES, PREFIX, RULES, URL};

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        for (word, meant) in [
            ("lenght", Some(LEN)),
            ("length", Some(LEN)),
            ("lne", Some(LEN)),
            ("max_len", Some(LEN)),
            ("min_length", Some(LEN)),
            ("max", Some(LEN)),
            ("nonempty", Some(NON_EMPTY)),
            ("not_empty", Some(NON_EMPTY)),
            ("empty", Some(NON_EMPTY)),
            ("required", Some(NON_EMPTY)),
            ("rnage", Some(RANGE)),
            ("ranges", Some(RANGE)),
            ("between", Some(RANGE)),
            ("oneof", Some(ONE_OF)),
            ("oneOf", Some(ONE_OF)),
            ("any_of", Some(ONE_OF)),
            ("Custom", Some(CUSTOM)),
            ("cutsom", Some(CUSTOM)),
            ("validator", Some(CUSTOM)),
            ("regex", Some(PATTERN)),
            ("patern", Some(PATTERN)),
            ("emial", Some(EMAIL)),
            ("mail", Some(EMAIL)),
            ("uri", Some(URL)),
            ("jssafe", Some(JS_SAFE)),
            ("js", None),
            ("anyint", Some(ANY_INT)),
            ("any_float64", Some(ANY_FLOAT)),
            ("foreach", Some(EACH)),
            ("inner", Some(EACH)),
            ("rule", None),
            ("unique", None),
            ("positive", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, RULES), meant, "{word}");
        }
        for (word, meant) in [("opaqe", OPAQUE), ("json", OPAQUE), ("skipped", SKIP), ("ignore", SKIP)] {
            assert_eq!(nearest(word, ON_FIELD), Some(meant), "{word}");
        }
        for (word, meant) in [
            ("ttls", Some(TTL)),
            ("tll", Some(TTL)),
            ("expires", Some(TTL)),
            ("prefx", Some(PREFIX)),
            ("tags", Some(TAG)),
            ("name", Some(TAG)),
            ("kye", Some(KEY)),
            ("plurals", Some(PLURAL)),
            ("max_entry", Some(MAX_ENTRIES)),
            ("maxEntries", Some(MAX_ENTRIES)),
            ("entries", Some(MAX_ENTRIES)),
            ("capacity", Some(MAX_ENTRIES)),
            ("evcit", Some(EVICT)),
            ("eviction", Some(EVICT)),
            ("policy", Some(EVICT)),
            ("colour", None),
        ] {
            assert_eq!(nearest(word, ON_TYPE), meant, "{word}");
        }
        for (word, meant) in [("oldst", Some("oldest")), ("Oldest", Some("oldest")), ("lru", None)] {
            assert_eq!(nearest(word, POLICIES), meant, "{word}");
        }
    }

    #[test]
    fn of_several_the_closest_is_meant() {
        let fields = ["user", "user_id", "itemId"];
        assert_eq!(nearest("user_idd", &fields), Some("user_id"));
        assert_eq!(nearest("users", &fields), Some("user"));
        assert_eq!(nearest("userid", &fields), Some("user_id"));
        assert_eq!(nearest("item", &fields), Some("itemId"));
        assert_eq!(nearest("item_id", &fields), Some("itemId"));
        assert_eq!(nearest(" user ", &fields), Some("user"));
        assert_eq!(nearest("room", &fields), None);
    }

    #[test]
    fn a_time_to_live_in_other_words_is_understood() {
        for (text, meant) in [
            ("30 seconds", Some("30s")),
            ("30S", Some("30s")),
            (" 5 min ", Some("5m")),
            ("2hours", Some("2h")),
            ("1 week", Some("7d")),
            ("30", None),
            ("s", None),
            ("soon", None),
            ("1.5h", None),
            ("65535w", None),
        ] {
            assert_eq!(ttl(text).as_deref(), meant, "{text}");
        }
    }
}
