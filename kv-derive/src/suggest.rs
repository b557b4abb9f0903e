//! Suggestions for unknown names and invalid texts.

use kv_schema::elm::ElmNameError;
use kv_schema::tag;
use std::fmt::Display;

/// Names, each with the names that other libraries use for it.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("any_float", &["finite", "nan"]),
    ("custom", &["check", "validate", "validator", "with"]),
    ("each", &["dive", "inner", "items"]),
    ("evict", &["policy"]),
    ("key", &["id", "template"]),
    ("len", &["count", "max", "maximum", "min", "minimum", "size"]),
    ("max_entries", &["capacity", "limit", "max_capacity", "max_items", "max_size"]),
    ("non_empty", &["required"]),
    ("one_of", &["choices", "enum", "values", "variants"]),
    ("opaque", &["json", "raw"]),
    ("pattern", &["alphanumeric", "ascii", "format", "matches", "regex", "regexp"]),
    ("range", &["between", "max", "maximum", "min", "minimum"]),
    ("skip", &["hidden", "ignore"]),
    ("tag", &["name", "type"]),
    ("ttl", &["expire", "expires", "expiry", "lifetime", "timeout"]),
];

/// Attributes of serde that are likely to be written in `#[kv(...)]`.
const SERDE_ATTRIBUTES: &[&str] = &[
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

/// Writes the message about an unknown name: the nearest known name, and all of them after
/// `known_as`.
pub(crate) fn unknown(what: &str, word: &str, known: &[&str], known_as: &str) -> String {
    let list = list(known);
    match nearest(word, known) {
        Some(meant) => format!("unknown {what} `{word}`; did you mean `{meant}`? {known_as}: {list}"),
        None if known.is_empty() => format!("unknown {what} `{word}`; there are no {what}s"),
        None => format!("unknown {what} `{word}`; {known_as}: {list}"),
    }
}

/// Writes the message about an attribute of serde.
pub(crate) fn serde_attribute(word: &str) -> Option<String> {
    let message = || format!("`{word}` is an attribute of serde; write it in `#[serde(…)]`");
    SERDE_ATTRIBUTES.contains(&word).then(message)
}

/// Writes names as a list.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the known name that was probably meant: a misspelling first, then a synonym, then a part
/// of the word.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.trim().to_lowercase();
    let closest = |candidates: &mut dyn Iterator<Item = &'a str>| {
        candidates.map(|k| (distance(&word, &k.to_lowercase()), k)).min_by_key(|(d, _)| *d)
    };
    let misspelled = || {
        let (distance, nearest) = closest(&mut known.iter().copied())?;
        (distance <= word.len().div_ceil(4) && distance < word.len()).then_some(nearest)
    };
    let synonym = || {
        let is_meant =
            |k: &&str| SYNONYMS.iter().any(|(name, others)| name == k && others.contains(&word.as_str()));
        known.iter().copied().find(is_meant)
    };
    let extended = || {
        let part_of = |a: &str, b: &str| a.len() >= 3 && b.contains(a);
        let extends = |k: &&str| part_of(k, &word) || part_of(&word, &k.to_lowercase());
        closest(&mut known.iter().copied().filter(extends)).map(|(_, k)| k)
    };
    misspelled().or_else(synonym).or_else(extended)
}

/// Returns the optimal string alignment distance: the least number of characters to insert, remove,
/// replace or swap with their neighbour.
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

/// Returns the TTL that was probably meant, such as "30s" for "30 seconds".
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

/// Adds the nearest valid name to the message about an invalid one.
pub(crate) fn with_name(message: &impl Display, text: &str) -> String {
    let name = text.trim().replace([' ', '-', '.', ':', '/'], "_");
    if name != text && tag::check(&name).is_ok() {
        format!("{message}; did you mean {name:?}?")
    } else {
        message.to_string()
    }
}

/// Adds the nearest valid name to the message about an invalid Elm name.
pub(crate) fn with_elm_name(
    error: &ElmNameError,
    text: &str,
    check: fn(&str) -> Result<(), ElmNameError>,
) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let joined: String = words.map(|word| map_first(word, char::to_ascii_uppercase)).collect();
    let lower = map_first(&joined, char::to_ascii_lowercase);
    let reserved = format!("{lower}_");
    let meant = [joined, lower, reserved].into_iter().find(|name| name != text && check(name).is_ok());
    match meant {
        Some(meant) => format!("{error}; did you mean {meant:?}?"),
        None => error.to_string(),
    }
}

fn map_first(word: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = word.chars();
    chars.next().iter().map(change).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule;
    use crate::symbol::{ON_FIELD, ON_TYPE, POLICIES};
    use crate::type_class::TypeClass;

    #[test]
    fn misspelled_name_suggests_the_nearest_one() {
        let suggests = |known: &[&'static str], cases: &[(Option<&str>, &str)]| {
            for (meant, words) in cases {
                for word in words.split(' ') {
                    assert_eq!(nearest(word, known), *meant, "{word}");
                }
            }
        };
        suggests(
            &rule::names_for(TypeClass::Unknown),
            &[
                (Some("len"), "lenght length lne max_len min_length max"),
                (Some("non_empty"), "nonempty not_empty empty required"),
                (Some("range"), "rnage ranges between"),
                (Some("one_of"), "oneof oneOf any_of"),
                (Some("custom"), "Custom cutsom validator"),
                (Some("pattern"), "regex patern"),
                (Some("email"), "emial mail"),
                (Some("url"), "uri"),
                (Some("js_safe"), "jssafe"),
                (None, "js rule unique positive x"),
                (Some("any_int"), "anyint"),
                (Some("any_float"), "any_float64"),
                (Some("each"), "foreach inner"),
            ],
        );
        suggests(ON_FIELD, &[(Some("opaque"), "opaqe json"), (Some("skip"), "skipped ignore")]);
        suggests(
            ON_TYPE,
            &[
                (Some("ttl"), "ttls tll expires"),
                (Some("prefix"), "prefx"),
                (Some("tag"), "tags name"),
                (Some("key"), "kye"),
                (Some("plural"), "plurals"),
                (Some("max_entries"), "max_entry maxEntries entries capacity"),
                (Some("evict"), "evcit eviction policy"),
                (None, "colour"),
            ],
        );
        suggests(POLICIES, &[(Some("oldest"), "oldst Oldest"), (None, "lru")]);
    }

    #[test]
    fn synonyms_lead_to_known_names() {
        let rules = rule::names_for(TypeClass::Unknown);
        for (name, _) in SYNONYMS {
            let known = [&rules, ON_TYPE, ON_FIELD].iter().any(|names| names.contains(name));
            assert!(known, "{name}");
        }
    }

    #[test]
    fn closest_of_several_names_is_suggested() {
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
    fn ttl_with_another_unit_is_suggested() {
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
