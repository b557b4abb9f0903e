//! Suggestions for unknown names and invalid texts.

use kv_schema::elm::ElmNameError;
use kv_schema::tag;
use std::fmt::Display;

/// Names that other libraries use, and the names used here.
const SYNONYMS: &[(&str, &str)] = &[
    ("alphanumeric", "pattern"),
    ("ascii", "pattern"),
    ("between", "range"),
    ("capacity", "max_entries"),
    ("check", "custom"),
    ("choices", "one_of"),
    ("count", "len"),
    ("dive", "each"),
    ("enum", "one_of"),
    ("expire", "ttl"),
    ("expires", "ttl"),
    ("expiry", "ttl"),
    ("finite", "any_float"),
    ("format", "pattern"),
    ("hidden", "skip"),
    ("id", "key"),
    ("ignore", "skip"),
    ("inner", "each"),
    ("items", "each"),
    ("json", "opaque"),
    ("lifetime", "ttl"),
    ("limit", "max_entries"),
    ("matches", "pattern"),
    ("max", "len"),
    ("max", "range"),
    ("max_capacity", "max_entries"),
    ("max_items", "max_entries"),
    ("max_size", "max_entries"),
    ("maximum", "len"),
    ("maximum", "range"),
    ("min", "len"),
    ("min", "range"),
    ("minimum", "len"),
    ("minimum", "range"),
    ("name", "tag"),
    ("nan", "any_float"),
    ("policy", "evict"),
    ("raw", "opaque"),
    ("regex", "pattern"),
    ("regexp", "pattern"),
    ("required", "non_empty"),
    ("size", "len"),
    ("template", "key"),
    ("timeout", "ttl"),
    ("type", "tag"),
    ("validate", "custom"),
    ("validator", "custom"),
    ("values", "one_of"),
    ("variants", "one_of"),
    ("with", "custom"),
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
        let meant = |k: &&&str| SYNONYMS.contains(&(word.as_str(), **k));
        known.iter().find(meant).copied()
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

/// Adds the nearest valid name to the message about an invalid name in Elm.
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
        let rules = rule::names_for(TypeClass::Unknown);
        for (word, meant) in [
            ("lenght", Some("len")),
            ("length", Some("len")),
            ("lne", Some("len")),
            ("max_len", Some("len")),
            ("min_length", Some("len")),
            ("max", Some("len")),
            ("nonempty", Some("non_empty")),
            ("not_empty", Some("non_empty")),
            ("empty", Some("non_empty")),
            ("required", Some("non_empty")),
            ("rnage", Some("range")),
            ("ranges", Some("range")),
            ("between", Some("range")),
            ("oneof", Some("one_of")),
            ("oneOf", Some("one_of")),
            ("any_of", Some("one_of")),
            ("Custom", Some("custom")),
            ("cutsom", Some("custom")),
            ("validator", Some("custom")),
            ("regex", Some("pattern")),
            ("patern", Some("pattern")),
            ("emial", Some("email")),
            ("mail", Some("email")),
            ("uri", Some("url")),
            ("jssafe", Some("js_safe")),
            ("js", None),
            ("anyint", Some("any_int")),
            ("any_float64", Some("any_float")),
            ("foreach", Some("each")),
            ("inner", Some("each")),
            ("rule", None),
            ("unique", None),
            ("positive", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, &rules), meant, "{word}");
        }
        for (word, meant) in
            [("opaqe", "opaque"), ("json", "opaque"), ("skipped", "skip"), ("ignore", "skip")]
        {
            assert_eq!(nearest(word, ON_FIELD), Some(meant), "{word}");
        }
        for (word, meant) in [
            ("ttls", Some("ttl")),
            ("tll", Some("ttl")),
            ("expires", Some("ttl")),
            ("prefx", Some("prefix")),
            ("tags", Some("tag")),
            ("name", Some("tag")),
            ("kye", Some("key")),
            ("plurals", Some("plural")),
            ("max_entry", Some("max_entries")),
            ("maxEntries", Some("max_entries")),
            ("entries", Some("max_entries")),
            ("capacity", Some("max_entries")),
            ("evcit", Some("evict")),
            ("eviction", Some("evict")),
            ("policy", Some("evict")),
            ("colour", None),
        ] {
            assert_eq!(nearest(word, ON_TYPE), meant, "{word}");
        }
        for (word, meant) in [("oldst", Some("oldest")), ("Oldest", Some("oldest")), ("lru", None)] {
            assert_eq!(nearest(word, POLICIES), meant, "{word}");
        }
    }

    #[test]
    fn synonyms_lead_to_known_names() {
        let rules = rule::names_for(TypeClass::Unknown);
        for (_, name) in SYNONYMS {
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
