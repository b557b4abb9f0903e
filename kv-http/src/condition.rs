//! `If-Match` and `If-None-Match`.
//!
//! Source: RFC 9110, sections 8.8.3 and 13.1. An entity tag is a version in quotation marks, so any other is malformed.

use crate::problem::Problem;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use kv_core::{Condition, Version};

/// What a header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Any,
    Is(Version),
    /// A weak tag, which never matches.
    Weak,
}

/// The condition of a write.
pub(crate) fn of_set(headers: &HeaderMap) -> Result<Condition, Problem> {
    match (read(headers, &IF_MATCH)?, read(headers, &IF_NONE_MATCH)?) {
        (Some(_), Some(_)) => Err(Problem::invalid_query("give If-Match or If-None-Match, not both")),
        (Some(tag), None) => Ok(matching(tag)),
        (None, Some(Tag::Any)) => Ok(Condition::Absent),
        (None, Some(_)) => Err(Problem::invalid_query("on a write, If-None-Match is `*`")),
        (None, None) => Ok(Condition::None),
    }
}

/// The condition of a removal.
pub(crate) fn of_delete(headers: &HeaderMap) -> Result<Condition, Problem> {
    match (read(headers, &IF_MATCH)?, read(headers, &IF_NONE_MATCH)?) {
        (_, Some(_)) => Err(Problem::invalid_query("on a removal there is If-Match alone")),
        (tag, None) => Ok(tag.map_or(Condition::None, matching)),
    }
}

/// What a reader has already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known(Option<Tag>);

impl Known {
    pub(crate) fn of_get(headers: &HeaderMap) -> Result<Self, Problem> {
        match (read(headers, &IF_MATCH)?, read(headers, &IF_NONE_MATCH)?) {
            (Some(_), _) => Err(Problem::invalid_query("on a read there is If-None-Match alone")),
            (None, tag) => Ok(Self(tag)),
        }
    }

    pub(crate) fn is(self, version: Version) -> bool {
        match self.0 {
            Some(Tag::Any) => true,
            Some(Tag::Is(known)) => known == version,
            Some(Tag::Weak) | None => false,
        }
    }
}

fn matching(tag: Tag) -> Condition {
    match tag {
        Tag::Any => Condition::Present,
        Tag::Is(version) => Condition::Version(version),
        Tag::Weak => Condition::Version(Version::NONE),
    }
}

fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tag>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let value = value.to_str().ok().filter(|_| values.next().is_none());
    let tag = value.and_then(|value| parse(value.trim_matches([' ', '\t'])));
    tag.map(Some).ok_or_else(|| {
        Problem::invalid_query(format!("{name} is `*` or one version in quotation marks, as in ETag"))
    })
}

fn parse(text: &str) -> Option<Tag> {
    if text == "*" {
        return Some(Tag::Any);
    }
    let (text, is_weak) = text.strip_prefix("W/").map_or((text, false), |text| (text, true));
    let quoted = text.strip_prefix('"')?.strip_suffix('"')?;
    if is_weak {
        return (!quoted.contains('"')).then_some(Tag::Weak);
    }
    quoted.parse().ok().map(Tag::Is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_star_a_version_or_weak() {
        assert_eq!(parse("*"), Some(Tag::Any));
        assert!(matches!(parse("\"17\""), Some(Tag::Is(version)) if version.get() == 17));
        assert_eq!(parse("W/\"17\""), Some(Tag::Weak));
        for bad in [
            "",
            "17",
            "\"17",
            "17\"",
            "\"\"",
            "\"a\"",
            "\"-1\"",
            "\"1\", \"2\"",
            "w/\"1\"",
            "W/17",
            "**",
            "\"9007199254740992\"",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
