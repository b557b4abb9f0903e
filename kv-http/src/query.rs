//! The query of a URL, and percent-encoding, both read strictly: what a client meant is not guessed.

use crate::problem::Problem;
use percent_encoding::percent_decode_str;

/// The parameters of a query, each at most once and known to the route.
#[derive(Debug)]
pub(crate) struct Query {
    parameters: Vec<(&'static str, String)>,
}

impl Query {
    /// Reads a query that may have these parameters.
    pub(crate) fn read(query: Option<&str>, known: &[&'static str]) -> Result<Self, Problem> {
        let mut parameters: Vec<(&str, String)> = Vec::new();
        for part in query.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name =
                decode_form(name).ok_or_else(|| Problem::invalid_query("a name is not well encoded"))?;
            let Some(known) = known.iter().find(|known| **known == name) else {
                return Err(Problem::invalid_query(unknown(&name, known)));
            };
            if parameters.iter().any(|(name, _)| name == known) {
                return Err(Problem::invalid_query(format!("`{known}` is given twice")));
            }
            let value = decode_form(value).ok_or_else(|| {
                let sentence = format!("`{known}` is not percent-encoded UTF-8");
                if *known == "key" {
                    Problem::invalid_key(sentence)
                } else {
                    Problem::invalid_query(sentence)
                }
            })?;
            parameters.push((known, value));
        }
        Ok(Self { parameters })
    }

    /// The value of a parameter, which is then no longer there.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.parameters.iter().position(|(known, _)| *known == name)?;
        Some(self.parameters.swap_remove(at).1)
    }
}

fn unknown(name: &str, known: &[&str]) -> String {
    let known = match known {
        [] => "none".to_owned(),
        known => format!("`{}`", known.join("`, `")),
    };
    format!("there is no parameter `{name}` here: there is {known}")
}

/// Source: the URL standard, "application/x-www-form-urlencoded parsing": `+` is a space.
fn decode_form(text: &str) -> Option<String> {
    if text.contains('+') { decode(&text.replace('+', " ")) } else { decode(text) }
}

/// The text that was percent-encoded once; `None` when a `%` stands before anything but two hex digits, or the bytes are
/// not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let is_escape =
        |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if text.match_indices('%').any(|(at, _)| !is_escape(&text[at + 1..])) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_once() {
        let mut query = Query::read(Some("key=a%2Fb+c%252F&&prefix="), &["key", "prefix"]).ok();
        let mut take = |name| query.as_mut().and_then(|query| query.take(name));
        assert_eq!(take("key").as_deref(), Some("a/b c%2F"));
        assert_eq!(take("key"), None);
        assert_eq!(take("prefix").as_deref(), Some(""));
    }

    #[test]
    fn what_is_unknown_repeated_or_badly_encoded_is_refused() {
        for bad in
            ["kei=a", "key=a&key=b", "key=a&k%65y=b", "key=%", "key=%4", "key=%zz", "key=%ff", "%ff=a", "=a"]
        {
            assert!(Query::read(Some(bad), &["key"]).is_err(), "{bad}");
        }
        assert!(Query::read(None, &[]).is_ok() && Query::read(Some(""), &[]).is_ok());
    }
}
