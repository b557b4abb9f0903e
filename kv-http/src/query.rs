//! Strict parsing of queries and percent-encoding: ambiguous input is an error.

use crate::problem::{Problem, excerpt};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Parses a query. Each of the known parameters may occur at most once, and no others.
pub(crate) fn read<'q, const N: usize>(
    query: Option<&'q str>,
    known: [&'static str; N],
) -> Result<[Option<Cow<'q, str>>; N], Problem> {
    let mut values = [const { None }; N];
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode_form(name)
            .ok_or_else(|| Problem::invalid_query("a parameter's name is not percent-encoded UTF-8"))?;
        let Some((slot, known)) = values.iter_mut().zip(known).find(|(_, known)| *known == name) else {
            return Err(Problem::invalid_query(unknown(&name, &known)));
        };
        if slot.is_some() {
            return Err(Problem::invalid_query(format!("`{known}` is given more than once")));
        }
        let value = decode_form(value).ok_or_else(|| {
            let message = format!("`{known}` is not percent-encoded UTF-8");
            if known == "key" { Problem::invalid_key(message) } else { Problem::invalid_query(message) }
        })?;
        *slot = Some(value);
    }
    Ok(values)
}

fn unknown(name: &str, known: &[&str]) -> String {
    let name = excerpt(name);
    match known {
        [] => format!("unknown parameter `{name}`: this route has no parameters"),
        known => format!("unknown parameter `{name}`: this route has `{}`", known.join("`, `")),
    }
}

/// Decodes a part of a query, in which `+` is a space.
///
/// Source: the URL standard, "application/x-www-form-urlencoded parsing".
fn decode_form(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        decode(&text.replace('+', " ")).map(|text| text.into_owned().into())
    } else {
        decode(text)
    }
}

/// Decodes percent-encoding once. Returns `None` if a `%` is not followed by two hexadecimal
/// digits, or if the bytes are not UTF-8.
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(text.into());
    }
    let is_escape =
        |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if text.match_indices('%').any(|(at, _)| !is_escape(&text[at + 1..])) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_once() {
        let query = Some("key=a%2Fb+c%252F&&prefix=");
        let read = read(query, ["key", "prefix", "limit"]).ok();
        assert_eq!(read, Some([Some("a/b c%2F".into()), Some("".into()), None]));
    }

    #[test]
    fn unknown_repeated_or_badly_encoded_parameters_are_refused() {
        for bad in
            ["kei=a", "key=a&key=b", "key=a&k%65y=b", "key=%", "key=%4", "key=%zz", "key=%ff", "%ff=a", "=a"]
        {
            assert!(read(Some(bad), ["key"]).is_err(), "{bad}");
        }
        assert!(read(None, []).is_ok() && read(Some(""), []).is_ok());
    }
}
