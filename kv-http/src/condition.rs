//! `If-Match` and `If-None-Match`.
//!
//! An entity tag is a version in quotation marks. Proxies that compress change it: nginx and others make it weak (`W/"17"`), Apache and
//! Caddy add the coding (`"17-gzip"`). Such a tag still says which version the client has, so a read answers 304. A write needs the
//! tag unchanged. Any other tag is malformed.
//!
//! Source: RFC 9110, sections 8.8.3 and 13.1: `If-None-Match` compares weakly, `If-Match` strongly.

use crate::problem::{Problem, shown};
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use kv_core::{Condition, Version};

/// What a header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Any,
    Is(Version),
    /// A tag that a proxy made of a version's.
    Changed(Version),
    /// A weak tag of no version, which never matches.
    Foreign,
}

/// Reads the condition of a write.
pub(crate) fn of_set(headers: &HeaderMap) -> Result<Condition, Problem> {
    match (matching(headers)?, read(headers, &IF_NONE_MATCH)?) {
        (Some(_), Some(_)) => Err(Problem::invalid_query("give If-Match or If-None-Match, not both")),
        (Some(condition), None) => Ok(condition),
        (None, Some(Tag::Any)) => Ok(Condition::Absent),
        (None, Some(_)) => Err(Problem::invalid_query("on a write, If-None-Match is `*`")),
        (None, None) => Ok(Condition::None),
    }
}

/// Reads the condition of a removal.
pub(crate) fn of_delete(headers: &HeaderMap) -> Result<Condition, Problem> {
    match (matching(headers)?, read(headers, &IF_NONE_MATCH)?) {
        (_, Some(_)) => Err(Problem::invalid_query("a removal takes If-Match, not If-None-Match")),
        (condition, None) => Ok(condition.unwrap_or_default()),
    }
}

/// What a reader has already.
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<Tag>);

impl Known {
    /// Reads the tags of all entries that a client, or a cache before it, has kept.
    pub(crate) fn of_get(headers: &HeaderMap) -> Result<Self, Problem> {
        if headers.contains_key(IF_MATCH) {
            return Err(Problem::invalid_query("a read takes If-None-Match, not If-Match"));
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
        let is_known = |tag: &Tag| match *tag {
            Tag::Any => true,
            Tag::Is(known) | Tag::Changed(known) => known == version,
            Tag::Foreign => false,
        };
        self.0.iter().any(is_known)
    }
}

/// Reads `If-Match`.
fn matching(headers: &HeaderMap) -> Result<Option<Condition>, Problem> {
    match read(headers, &IF_MATCH)? {
        None => Ok(None),
        Some(Tag::Any) => Ok(Some(Condition::Present)),
        Some(Tag::Is(version)) => Ok(Some(Condition::Version(version))),
        // A conflict would be said of an entry that no other write has changed.
        Some(Tag::Changed(_) | Tag::Foreign) => {
            let seen = headers.get(IF_MATCH).map(|value| String::from_utf8_lossy(value.as_bytes()));
            Err(Problem::invalid_query(format!(
                "If-Match has the tag `{}`, which is weak or changed by a proxy that compresses: send the `version` \
                 of the entry in quotation marks",
                shown(&seen.unwrap_or_default())
            )))
        }
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
    let (version, is_changed) = match quoted.split_once('-') {
        Some((version, coding)) if is_coding(coding) => (version, true),
        _ => (quoted, is_weak),
    };
    match version.parse() {
        Ok(version) if is_changed || is_weak => Some(Tag::Changed(version)),
        Ok(version) => Some(Tag::Is(version)),
        Err(_) => (is_weak && !quoted.contains('"')).then_some(Tag::Foreign),
    }
}

/// Whether a proxy may have added this: the name of a coding, after a second `-` where the proxy is Jetty.
fn is_coding(text: &str) -> bool {
    let name = text.strip_prefix('-').unwrap_or(text);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_star_a_version_or_what_a_proxy_made_of_one() {
        assert_eq!(parse("*"), Some(Tag::Any));
        assert!(matches!(parse("\"17\""), Some(Tag::Is(version)) if version.get() == 17));
        for changed in ["W/\"17\"", "\"17-gzip\"", "\"17-br\"", "\"17--gzip\"", "W/\"17-zstd\""] {
            assert!(
                matches!(parse(changed), Some(Tag::Changed(version)) if version.get() == 17),
                "{changed}"
            );
        }
        for foreign in ["W/\"\"", "W/\"a\"", "W/\"17;gzip\"", "W/\"-1\"", "W/\"17-\""] {
            assert_eq!(parse(foreign), Some(Tag::Foreign), "{foreign}");
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
