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
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<Tag>);

impl Known {
    /// Reads the tags of all entries that a client, or a cache before it, has kept.
    pub(crate) fn of_get(headers: &HeaderMap) -> Result<Self, Problem> {
        if headers.contains_key(IF_MATCH) {
            return Err(Problem::invalid_query("on a read there is If-None-Match alone"));
        }
        let mut known = Vec::new();
        for line in headers.get_all(IF_NONE_MATCH) {
            let tags = line.to_str().ok().and_then(parse_list);
            known.extend(tags.ok_or_else(|| {
                Problem::invalid_query("if-none-match is `*` or versions in quotation marks, as in ETag")
            })?);
        }
        Ok(Self(known))
    }

    pub(crate) fn has(&self, version: Version) -> bool {
        self.0.iter().any(|tag| *tag == Tag::Any || *tag == Tag::Is(version))
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

/// Source: RFC 9110, section 5.6.1: elements may be empty, but not all of them.
fn parse_list(text: &str) -> Option<Vec<Tag>> {
    let elements = text.split(',').map(|element| element.trim_matches([' ', '\t']));
    let tags: Vec<Tag> = elements.filter(|element| !element.is_empty()).map(parse).collect::<Option<_>>()?;
    let is_alone = tags.len() == 1;
    (!tags.is_empty() && (is_alone || !tags.contains(&Tag::Any))).then_some(tags)
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

    #[test]
    fn a_list_has_tags_or_a_star_alone() {
        let count = |text| parse_list(text).map(|tags| tags.len());
        assert_eq!(count("*"), Some(1));
        assert_eq!(count("\"1\""), Some(1));
        assert_eq!(count(", \"1\",\t,W/\"a\" , \"2\","), Some(3));
        for bad in ["", " ", ",", "*, \"1\"", "\"1\" \"2\"", "\"1\", 2", "*,*"] {
            assert_eq!(parse_list(bad), None, "{bad}");
        }
    }
}
