//! Splits a JSON object or list into the texts of its parts, for messages with parts of different
//! types.
//!
//! Each part is checked to be well-formed JSON, so that its end is certain. Duplicate members
//! inside a part are not detected, because its reader detects them.

use super::DecodeOptions;
use super::document::decoded;
use super::error::{Flaw, Malformed, shown};
use super::scan::{Kind, Scan, Scanner};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Returns the members of a JSON object in order, each with the text of its value.
///
/// Takes time linear in the length of the text, and `n log n` in the number of members.
///
/// # Errors
///
/// Returns [`Malformed`] if the text is not an object, if the object has two members with the same
/// name, or if lists and objects are nested more deeply than [`DecodeOptions::DEEPEST`].
///
/// ```
/// use kv_schema::json::parts;
///
/// let members = parts::members(r#"{"op":"set", "value": {"x":[1, 2]}}"#)?;
/// assert_eq!(members, [("op".into(), r#""set""#), ("value".into(), r#"{"x":[1, 2]}"#)]);
/// assert!(parts::members(r#"{"op":"get","o\u0070":"set"}"#).is_err());
/// # Ok::<(), kv_schema::json::Malformed>(())
/// ```
pub fn members(json: &str) -> Result<Vec<(Cow<'_, str>, &str)>, Malformed> {
    whole(json, b'{', "an object", |scanner| {
        let mut members = Vec::new();
        let mut names = BTreeSet::new();
        sequence(scanner, b'}', "`,` or `}`", |scanner| {
            scanner.peek();
            let start = *scanner;
            let name = decoded(scanner.string()?);
            scanner.expect(b':', "`:`")?;
            if !names.insert(name.clone()) {
                return start.flaw(Flaw::Duplicate(shown(&name)));
            }
            members.push((name, value(json, scanner)?));
            Ok(())
        })?;
        Ok(members)
    })
}

/// Returns the texts of the items of a JSON list, in order.
///
/// # Errors
///
/// Returns [`Malformed`] if the text is not a list, or if lists and objects are nested more deeply
/// than [`DecodeOptions::DEEPEST`].
///
/// ```
/// use kv_schema::json::parts;
///
/// assert_eq!(parts::items(r#"[1, {"a":[]}]"#)?, ["1", r#"{"a":[]}"#]);
/// assert!(parts::items("{}").is_err());
/// # Ok::<(), kv_schema::json::Malformed>(())
/// ```
pub fn items(json: &str) -> Result<Vec<&str>, Malformed> {
    whole(json, b'[', "a list", |scanner| {
        let mut items = Vec::new();
        sequence(scanner, b']', "`,` or `]`", |scanner| {
            items.push(value(json, scanner)?);
            Ok(())
        })?;
        Ok(items)
    })
}

/// Returns the decoded text of a JSON string.
///
/// # Errors
///
/// Returns [`Malformed`] if the text is not a string.
///
/// ```
/// use kv_schema::json::parts;
///
/// assert_eq!(parts::string(r#""s\u0065t""#)?, "set");
/// assert!(parts::string(r#"{"set":null}"#).is_err());
/// # Ok::<(), kv_schema::json::Malformed>(())
/// ```
pub fn string(json: &str) -> Result<Cow<'_, str>, Malformed> {
    whole(json, b'"', "a string", |scanner| {
        scanner.at -= 1;
        scanner.string().map(decoded)
    })
}

/// Reads a text that starts with the byte `first` and contains only one value.
fn whole<'a, T>(
    json: &'a str,
    first: u8,
    expected: &'static str,
    read: impl FnOnce(&mut Scanner<'a>) -> Scan<T>,
) -> Result<T, Malformed> {
    let mut scanner = Scanner::new(json, 0);
    let read_whole = || {
        if json.starts_with('\u{feff}') {
            return scanner.flaw(Flaw::ByteOrderMark);
        }
        scanner.expect(first, expected)?;
        let value = read(&mut scanner)?;
        match scanner.peek() {
            None => Ok(value),
            Some(_) => scanner.flaw(Flaw::TrailingData),
        }
    };
    read_whole().map_err(|malformed| *malformed)
}

/// Reads parts separated by commas, up to a closing byte.
fn sequence<'a>(
    scanner: &mut Scanner<'a>,
    close: u8,
    expected: &'static str,
    mut part: impl FnMut(&mut Scanner<'a>) -> Scan,
) -> Scan {
    if scanner.eat(close) {
        return Ok(());
    }
    loop {
        part(scanner)?;
        if scanner.eat(close) {
            return Ok(());
        }
        scanner.expect(b',', expected)?;
    }
}

/// Returns the text of the next value, which has depth 1.
fn value<'a>(json: &'a str, scanner: &mut Scanner<'a>) -> Scan<&'a str> {
    scanner.peek();
    let start = scanner.at;
    skip(scanner, 1)?;
    Ok(&json[start..scanner.at])
}

/// Skips a value at a nesting depth.
fn skip(scanner: &mut Scanner<'_>, depth: usize) -> Scan {
    match scanner.kind()? {
        Kind::Null | Kind::Bool => scanner.word(),
        Kind::Number => scanner.number().map(drop),
        Kind::String => scanner.string().map(drop),
        Kind::List | Kind::Object if depth == DecodeOptions::DEEPEST => {
            scanner.flaw(Flaw::TooDeep(DecodeOptions::DEEPEST))
        }
        Kind::List => {
            scanner.at += 1;
            sequence(scanner, b']', "`,` or `]`", |scanner| skip(scanner, depth + 1))
        }
        Kind::Object => {
            scanner.at += 1;
            sequence(scanner, b'}', "`,` or `}`", |scanner| {
                scanner.string()?;
                scanner.expect(b':', "`:`")?;
                skip(scanner, depth + 1)
            })
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail")]
mod tests {
    use super::*;
    use crate::json::document::Document;

    #[test]
    fn parts_are_returned_as_written() {
        assert_eq!(
            members(" {\"a\" : [1,\t{\"b\":\"}]\"}] ,\"\\u0062\":-0.5e1}\n").unwrap(),
            [("a".into(), "[1,\t{\"b\":\"}]\"}]"), (Cow::from("b"), "-0.5e1")]
        );
        assert_eq!(items("[ ]").unwrap(), [""; 0]);
        assert_eq!(items("[null , \"\\\"\",[[]]]").unwrap(), ["null", "\"\\\"\"", "[[]]"]);
        assert_eq!(string(" \"a\\n\" ").unwrap(), "a\n");
    }

    #[test]
    fn incomplete_or_invalid_json_is_refused() {
        for bad in [
            "",
            " ",
            "{",
            "{}}",
            "{} {}",
            "[]",
            "null",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "{a:1}",
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":tru}",
            "{\"a\":[1 2]}",
            "{\"a\":{\"b\":1,}}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}",
            "\u{feff}{}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
        ] {
            assert!(members(bad).is_err(), "{bad}");
        }
        for bad in ["", "[", "[1,]", "[,1]", "[1]]", "{}", "[1 2]", "[\"]"] {
            assert!(items(bad).is_err(), "{bad}");
        }
        for bad in ["", "\"", "a", "1", "\"a\"\"b\"", "{\"a\":null}", "[\"a\"]", "null", "\"\n\""] {
            assert!(string(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(items(&nested(DecodeOptions::DEEPEST)).is_ok());
        let too_deep = items(&nested(DecodeOptions::DEEPEST + 1)).unwrap_err();
        assert_eq!(too_deep.flaw, Flaw::TooDeep(DecodeOptions::DEEPEST));
        assert!(items(&"[".repeat(100_000)).is_err());
    }

    /// Compares with the reader of whole documents, for every text of up to six characters from a
    /// set.
    #[test]
    fn text_is_split_if_and_only_if_it_is_json() {
        let is_json = |text: &str| Document::read(text.as_bytes(), DecodeOptions::DEEPEST).is_ok();
        let mut texts = vec![String::new()];
        for _ in 0..6 {
            let longer = texts.iter().flat_map(|text| "[]{}\":,1".chars().map(move |c| format!("{text}{c}")));
            texts = longer.collect();
            for text in &texts {
                match items(text) {
                    Ok(items) => assert_eq!(format!("[{}]", items.join(",")), *text),
                    Err(_) => assert!(!(text.starts_with('[') && is_json(text)), "{text}"),
                }
                match members(text) {
                    Ok(members) => {
                        let members: Vec<_> =
                            members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
                        assert_eq!(format!("{{{}}}", members.join(",")), *text);
                    }
                    Err(_) => assert!(!(text.starts_with('{') && is_json(text)), "{text}"),
                }
            }
        }
    }
}
