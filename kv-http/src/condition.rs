//! Conditions of requests: `If-Match` and `If-None-Match`.
//!
//! An entity tag is a version in quotation marks. Proxies change it when they compress a response:
//! nginx and others make it weak (`W/"17"`), Apache and Caddy append the coding (`"17-gzip"`). A
//! changed tag still names the version that the client has, so it matches on reads. Writes require
//! the unchanged tag.
//!
//! Source: RFC 9110, sections 8.8.3 and 13.1: `If-None-Match` compares weakly, `If-Match` strongly.

use crate::problem::{Problem, excerpt};
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use kv_core::{Condition, Version};

/// An entity tag, or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntityTag {
    Any,
    Version(Version),
    /// A version's tag that a proxy changed.
    Changed(Version),
    /// A weak tag that is not a version. It never matches.
    Foreign,
}

/// Reads the condition of a write.
pub(crate) fn for_set(headers: &HeaderMap) -> Result<Condition, Problem> {
    match (if_match(headers)?, single_tag(headers, &IF_NONE_MATCH)?) {
        (Some(_), Some(_)) => {
            Err(Problem::invalid_query("If-Match and If-None-Match cannot be combined: send one of them"))
        }
        (Some(condition), None) => Ok(condition),
        (None, Some(EntityTag::Any)) => Ok(Condition::Absent),
        (None, Some(_)) => Err(Problem::invalid_query("If-None-Match must be `*` on a write")),
        (None, None) => Ok(Condition::None),
    }
}

/// Reads the condition of a removal.
pub(crate) fn for_delete(headers: &HeaderMap) -> Result<Condition, Problem> {
    match (if_match(headers)?, single_tag(headers, &IF_NONE_MATCH)?) {
        (_, Some(_)) => Err(Problem::invalid_query("a removal does not support If-None-Match: use If-Match")),
        (condition, None) => Ok(condition.unwrap_or_default()),
    }
}

/// The `If-None-Match` header of a read: the tags of responses that a client or a cache has stored.
#[derive(Debug, Default)]
pub(crate) struct IfNoneMatch(Vec<EntityTag>);

impl IfNoneMatch {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, Problem> {
        if headers.contains_key(IF_MATCH) {
            return Err(Problem::invalid_query("a read does not support If-Match: use If-None-Match"));
        }
        let mut tags = Vec::new();
        for line in headers.get_all(IF_NONE_MATCH) {
            let list = line.to_str().ok().and_then(parse_list);
            tags.extend(list.ok_or_else(|| {
                Problem::invalid_query("If-None-Match must be `*` or versions in quotation marks, as in ETag")
            })?);
        }
        Ok(Self(tags))
    }

    /// Returns whether the client has the entry with this version.
    pub(crate) fn matches(&self, version: Version) -> bool {
        self.0.iter().any(|tag| match *tag {
            EntityTag::Any => true,
            EntityTag::Version(known) | EntityTag::Changed(known) => known == version,
            EntityTag::Foreign => false,
        })
    }
}

/// Reads `If-Match`.
fn if_match(headers: &HeaderMap) -> Result<Option<Condition>, Problem> {
    match single_tag(headers, &IF_MATCH)? {
        None => Ok(None),
        Some(EntityTag::Any) => Ok(Some(Condition::Present)),
        Some(EntityTag::Version(version)) => Ok(Some(Condition::Version(version))),
        // Reporting a conflict would be wrong, because no other write changed the entry.
        Some(EntityTag::Changed(_) | EntityTag::Foreign) => {
            let value = headers.get(IF_MATCH).map(|value| String::from_utf8_lossy(value.as_bytes()));
            Err(Problem::invalid_query(format!(
                "If-Match has the tag `{}`, which is weak or was changed by a proxy that compresses: \
                 send the `version` of the entry in quotation marks",
                excerpt(&value.unwrap_or_default())
            )))
        }
    }
}

/// Reads a header that has at most one tag.
fn single_tag(headers: &HeaderMap, name: &HeaderName) -> Result<Option<EntityTag>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let value = value.to_str().ok().filter(|_| values.next().is_none());
    let tag = value.and_then(|value| parse(value.trim_matches([' ', '\t'])));
    tag.map(Some).ok_or_else(|| {
        Problem::invalid_query(format!("{name} must be `*` or one version in quotation marks, as in ETag"))
    })
}

/// Parses a list of tags. Elements may be empty, but not all of them. `*` must be the only one.
///
/// Source: RFC 9110, sections 5.6.1 and 13.1.2.
fn parse_list(text: &str) -> Option<Vec<EntityTag>> {
    let elements = text.split(',').map(|element| element.trim_matches([' ', '\t']));
    let elements = elements.filter(|element| !element.is_empty());
    let tags: Vec<EntityTag> = elements.map(parse).collect::<Option<_>>()?;
    match tags.as_slice() {
        [] => None,
        [_] => Some(tags),
        several => (!several.contains(&EntityTag::Any)).then_some(tags),
    }
}

fn parse(text: &str) -> Option<EntityTag> {
    if text == "*" {
        return Some(EntityTag::Any);
    }
    let (text, is_weak) = text.strip_prefix("W/").map_or((text, false), |text| (text, true));
    let quoted = text.strip_prefix('"')?.strip_suffix('"')?;
    let (version, is_changed) = match quoted.split_once('-') {
        Some((version, coding)) if is_coding(coding) => (version, true),
        _ => (quoted, false),
    };
    match version.parse() {
        Ok(version) if is_changed || is_weak => Some(EntityTag::Changed(version)),
        Ok(version) => Some(EntityTag::Version(version)),
        Err(_) => (is_weak && !quoted.contains('"')).then_some(EntityTag::Foreign),
    }
}

/// Returns whether a proxy may have appended this text to a tag: the name of a coding, which Jetty
/// precedes with a second `-`.
fn is_coding(text: &str) -> bool {
    let name = text.strip_prefix('-').unwrap_or(text);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_parsed_with_the_changes_of_proxies() {
        assert_eq!(parse("*"), Some(EntityTag::Any));
        assert!(matches!(parse("\"17\""), Some(EntityTag::Version(version)) if version.get() == 17));
        for changed in ["W/\"17\"", "\"17-gzip\"", "\"17-br\"", "\"17--gzip\"", "W/\"17-zstd\""] {
            assert!(
                matches!(parse(changed), Some(EntityTag::Changed(version)) if version.get() == 17),
                "{changed}"
            );
        }
        for foreign in ["W/\"\"", "W/\"a\"", "W/\"17;gzip\"", "W/\"-1\"", "W/\"17-\""] {
            assert_eq!(parse(foreign), Some(EntityTag::Foreign), "{foreign}");
        }
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
            "\"17-\"",
            "\"17---gzip\"",
            "\"17-gz ip\"",
            "\"-gzip\"",
            "\"17gzip\"",
            "W/\"1\"2\"",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn list_has_tags_or_one_star() {
        let count = |text| parse_list(text).map(|tags| tags.len());
        assert_eq!(count("*"), Some(1));
        assert_eq!(count("\"1\""), Some(1));
        assert_eq!(count(", \"1\",\t,W/\"a\" , \"2\","), Some(3));
        for bad in ["", " ", ",", "*, \"1\"", "\"1\" \"2\"", "\"1\", 2", "*,*"] {
            assert_eq!(parse_list(bad), None, "{bad}");
        }
    }
}
