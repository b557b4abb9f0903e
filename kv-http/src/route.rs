//! [`Route`]: what a path asks for.

use crate::problem::Problem;
use crate::query::decode;
use axum::http::Method;
use std::borrow::Cow;

/// What a path asks for. Types and keys are as they stand there, percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'p> {
    Get(Place<'p>),
    Set(Place<'p>),
    Delete(Place<'p>),
    /// Of a type, or of a full prefix: one segment can be either.
    List(&'p str),
    /// Of the full prefix in the query.
    ListFull,
    Cleanup,
    Stats,
    Batch,
}

/// A type, and the key if the path has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'p> {
    pub(crate) tag: &'p str,
    key: Option<&'p str>,
}

impl<'p> Route<'p> {
    /// Reads a path.
    pub(crate) fn of(path: &'p str) -> Option<Self> {
        let path = path.strip_prefix("/kv/")?;
        let (verb, rest) = first_segment(path);
        match (verb, rest) {
            ("get", Some(rest)) => Place::of(rest).map(Self::Get),
            ("set", Some(rest)) => Place::of(rest).map(Self::Set),
            ("delete", Some(rest)) => Place::of(rest).map(Self::Delete),
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

    /// The methods that it takes, as `Allow` names them.
    pub(crate) fn allow(self) -> &'static str {
        match self {
            Self::Get(_) | Self::List(_) | Self::ListFull | Self::Stats => "GET, HEAD",
            Self::Set(_) | Self::Cleanup | Self::Batch => "POST",
            Self::Delete(_) => "DELETE, POST",
        }
    }

    /// Whether it takes a method.
    pub(crate) fn allows(self, method: &Method) -> bool {
        match self {
            Self::Get(_) | Self::List(_) | Self::ListFull | Self::Stats => {
                *method == Method::GET || *method == Method::HEAD
            }
            Self::Set(_) | Self::Cleanup | Self::Batch => *method == Method::POST,
            Self::Delete(_) => *method == Method::DELETE || *method == Method::POST,
        }
    }
}

impl<'p> Place<'p> {
    fn of(rest: &'p str) -> Option<Self> {
        let (tag, key) = first_segment(rest);
        (!tag.is_empty()).then_some(Self { tag, key })
    }

    /// The key, which stands either here or in the query.
    pub(crate) fn key(self, in_query: Option<Cow<'p, str>>) -> Result<Cow<'p, str>, Problem> {
        let key = match (self.key, in_query) {
            (Some(_), Some(_)) => {
                return Err(Problem::invalid_key("the key stands in the path or in the query, not in both"));
            }
            (None, None) => return Err(Problem::invalid_key("give a key: `?key=`")),
            (None, Some(key)) => key,
            (Some(key), None) => {
                let key = decode(key)
                    .ok_or_else(|| Problem::invalid_key("the key is not percent-encoded UTF-8"))?;
                // Proxies merge slashes, so it may not be the key that was sent. As `%2F` is the same as `/`,
                // it is no way around.
                let has_empty = key.as_bytes().windows(2).any(|pair| pair == b"//");
                if has_empty || key.starts_with('/') || key.ends_with('/') || key.is_empty() {
                    return Err(Problem::invalid_key(
                        "a key in the path has no empty segment, which proxies remove: use `?key=`",
                    ));
                }
                key
            }
        };
        kv_core::schema::key::check(&key)?;
        Ok(key)
    }
}

/// A path up to its first slash, and what follows that.
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
    fn a_path_is_a_route_or_none() {
        let place = |tag, key| Place { tag, key };
        for (path, route) in [
            ("/kv/get/T", Route::Get(place("T", None))),
            ("/kv/set/T/", Route::Set(place("T", Some("")))),
            ("/kv/delete/T/a/b%2F", Route::Delete(place("T", Some("a/b%2F")))),
            ("/kv/list/T", Route::List("T")),
            ("/kv/list", Route::ListFull),
            ("/kv/stats", Route::Stats),
        ] {
            assert_eq!(Route::of(path), Some(route), "{path}");
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
            assert_eq!(Route::of(path), None, "{path}");
        }
    }

    #[test]
    fn what_a_route_takes_is_what_it_says() {
        let place = Place { tag: "T", key: None };
        for route in [
            Route::Get(place),
            Route::Set(place),
            Route::Delete(place),
            Route::List("T"),
            Route::ListFull,
            Route::Cleanup,
            Route::Stats,
            Route::Batch,
        ] {
            let said: Vec<_> = route.allow().split(", ").collect();
            for method in
                [Method::GET, Method::HEAD, Method::POST, Method::DELETE, Method::PUT, Method::PATCH]
            {
                assert_eq!(route.allows(&method), said.contains(&method.as_str()), "{method} {route:?}");
            }
        }
    }

    #[test]
    fn a_key_in_the_path_says_what_arrives_at_any_server() {
        let key = |key| Place { tag: "T", key: Some(key) }.key(None).ok();
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
        let both = Place { tag: "T", key: Some("a") }.key(Some("a".into()));
        assert!(both.is_err());
    }
}
