//! [`Route`]: the routes, and how paths are parsed.

use crate::problem::Problem;
use crate::query::decode;
use axum::http::Method;
use std::borrow::Cow;

/// A parsed path. Types and keys are still percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'p> {
    Get(EntryPath<'p>),
    Set(EntryPath<'p>),
    Delete(EntryPath<'p>),
    /// Lists a type or a full prefix; the segment can be either.
    List(&'p str),
    /// Lists the full prefix in the query.
    ListFull,
    Cleanup,
    Stats,
    Batch,
}

/// The type of a path, with the key if the path has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryPath<'p> {
    pub(crate) tag: &'p str,
    key: Option<&'p str>,
}

impl<'p> Route<'p> {
    /// Parses a path. Returns `None` for an unknown route.
    pub(crate) fn parse(path: &'p str) -> Option<Self> {
        let path = path.strip_prefix("/kv/")?;
        let (verb, rest) = first_segment(path);
        match (verb, rest) {
            ("get", Some(rest)) => EntryPath::parse(rest).map(Self::Get),
            ("set", Some(rest)) => EntryPath::parse(rest).map(Self::Set),
            ("delete", Some(rest)) => EntryPath::parse(rest).map(Self::Delete),
            ("list", None) => Some(Self::ListFull),
            ("list", Some(segment)) if !segment.is_empty() && !segment.contains('/') => {
                Some(Self::List(segment))
            }
            ("cleanup", None) => Some(Self::Cleanup),
            ("stats", None) => Some(Self::Stats),
            ("batch", None) => Some(Self::Batch),
            _ => None,
        }
    }

    /// Returns the supported methods, as `Allow` lists them.
    pub(crate) fn allow(self) -> &'static str {
        match self {
            Self::Get(_) | Self::List(_) | Self::ListFull | Self::Stats => "GET, HEAD",
            Self::Set(_) | Self::Cleanup | Self::Batch => "POST",
            Self::Delete(_) => "DELETE, POST",
        }
    }

    /// Returns whether the route supports a method.
    pub(crate) fn allows(self, method: &Method) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method.as_str())
    }
}

impl<'p> EntryPath<'p> {
    fn parse(rest: &'p str) -> Option<Self> {
        let (tag, key) = first_segment(rest);
        (!tag.is_empty()).then_some(Self { tag, key })
    }

    /// Returns the key, which is either in the path or in the query.
    pub(crate) fn key(self, in_query: Option<Cow<'p, str>>) -> Result<Cow<'p, str>, Problem> {
        let key = match (self.key, in_query) {
            (Some(_), Some(_)) => {
                return Err(Problem::invalid_key("the key is in the path and in the query: give it once"));
            }
            (None, None) => return Err(Problem::invalid_key("the key is missing: add `?key=`")),
            (None, Some(key)) => key,
            (Some(key), None) => {
                let key = decode(key)
                    .ok_or_else(|| Problem::invalid_key("the key is not percent-encoded UTF-8"))?;
                // Proxies merge slashes, so the key that arrives may differ from the key that was
                // sent. `%2F` is the same as `/` and is refused as well.
                let has_empty = key.as_bytes().windows(2).any(|pair| pair == b"//");
                if has_empty || key.starts_with('/') || key.ends_with('/') || key.is_empty() {
                    return Err(Problem::invalid_key(
                        "a key in the path cannot have empty segments, which proxies remove: use `?key=`",
                    ));
                }
                key
            }
        };
        kv_core::schema::key::check(&key)?;
        Ok(key)
    }
}

/// Splits a path at its first slash.
fn first_segment(path: &str) -> (&str, Option<&str>) {
    match path.bytes().position(|byte| byte == b'/') {
        Some(at) => (&path[..at], Some(&path[at + 1..])),
        None => (path, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_as_routes() {
        let entry = |tag, key| EntryPath { tag, key };
        for (path, route) in [
            ("/kv/get/T", Route::Get(entry("T", None))),
            ("/kv/set/T/", Route::Set(entry("T", Some("")))),
            ("/kv/delete/T/a/b%2F", Route::Delete(entry("T", Some("a/b%2F")))),
            ("/kv/list/T", Route::List("T")),
            ("/kv/list", Route::ListFull),
            ("/kv/stats", Route::Stats),
        ] {
            assert_eq!(Route::parse(path), Some(route), "{path}");
        }
        for path in [
            "/",
            "/kv",
            "/kv/",
            "/kv/get",
            "/kv/get/",
            "/kv/get//a",
            "/kv/list/",
            "/kv/list/T/",
            "/kv//get/T",
            "/kv/stats/",
            "/kv/Get/T",
            "/KV/get/T",
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }

    #[test]
    fn key_in_the_path_is_decoded_once_and_has_no_empty_segments() {
        let key = |key| EntryPath { tag: "T", key: Some(key) }.key(None).ok();
        assert_eq!(key("a%2Fb").as_deref(), Some("a/b"));
        assert_eq!(key("a/b").as_deref(), Some("a/b"));
        assert_eq!(key("a+b%252F").as_deref(), Some("a+b%2F"));
        for bad in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "a%2F%2Fb",
            "a%2F",
            "%",
            "%4",
            "%ff",
            "%00",
            "a%0D%0Ab",
            ".",
            "%2e%2E",
            &"k".repeat(513),
        ] {
            assert_eq!(key(bad), None, "{bad}");
        }
        let both = EntryPath { tag: "T", key: Some("a") }.key(Some("a".into()));
        assert!(both.is_err());
    }
}
