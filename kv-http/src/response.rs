//! Successful responses.

use crate::json_writer::JsonWriter;
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, Response, StatusCode};
use kv_core::engine::{AnyEntry, Written};
use kv_core::{Codec, JsonError, Version};

/// The status and the `ETag` of a successful response: 200, or 304 without a body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ResponseHead {
    etag: Option<Version>,
    is_not_modified: bool,
}

impl ResponseHead {
    fn with_etag(version: Version) -> Self {
        Self { etag: Some(version), is_not_modified: false }
    }

    pub(crate) fn not_modified(version: Version) -> Self {
        Self { etag: Some(version), is_not_modified: true }
    }

    /// Creates the response. The body of a 304 is empty.
    pub(crate) fn with_body(self, json: Bytes) -> Response<Body> {
        let mut response = if self.is_not_modified {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            let mut response = Response::new(Body::from(json));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        };
        if let Some(etag) = self.etag.and_then(entity_tag) {
            response.headers_mut().insert(ETAG, etag);
        }
        response
    }
}

/// Returns the version in quotation marks.
fn entity_tag(version: Version) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{version}\"")).ok()
}

pub(crate) fn found(json: &mut JsonWriter, codec: &Codec, entry: &AnyEntry) -> Result<ResponseHead, Problem> {
    json.name("found").raw("true");
    write_entry(json, codec, &entry.key, entry).map_err(|error| json.unwritten(&error))?;
    Ok(ResponseHead::with_etag(entry.version))
}

pub(crate) fn not_found(json: &mut JsonWriter) -> ResponseHead {
    json.name("found").raw(r#"false,"value":null"#);
    ResponseHead::default()
}

pub(crate) fn written(json: &mut JsonWriter, written: Written) -> ResponseHead {
    json.name("success").raw(r#"true,"version":"#).version(Some(written.version));
    json.raw(r#","expires_at":"#).time(written.expires_at);
    ResponseHead::with_etag(written.version)
}

pub(crate) fn deleted(json: &mut JsonWriter, existed: bool) -> ResponseHead {
    json.name("success").raw("true");
    json.name("existed").value(&existed);
    ResponseHead::default()
}

pub(crate) fn cleaned(json: &mut JsonWriter, count: usize) -> ResponseHead {
    json.name("cleaned").value(&count);
    ResponseHead::default()
}

/// Writes the counts of a tenant. Each of `types` is a tag, a number of keys and a number of bytes.
pub(crate) fn stats(json: &mut JsonWriter, host: &str, types: &[(&str, usize, usize)]) -> ResponseHead {
    json.name("host").value(host);
    json.name("total_keys").value(&types.iter().map(|(_, keys, _)| keys).sum::<usize>());
    json.name("types").open();
    for (tag, keys, bytes) in types {
        json.name(tag).open();
        json.name("keys").value(keys);
        json.name("bytes").value(bytes);
        json.close();
    }
    json.close();
    ResponseHead::default()
}

/// Writes a page of entries.
pub(crate) struct PageWriter<'j> {
    json: &'j mut JsonWriter,
    start: usize,
    max_bytes: usize,
    count: usize,
    last_key: Option<String>,
}

impl<'j> PageWriter<'j> {
    /// Starts a page that accepts no further entry after `max_bytes`.
    pub(crate) fn new(json: &'j mut JsonWriter, max_bytes: usize) -> Self {
        let start = json.len();
        json.name("keys").open_array();
        Self { json, start, max_bytes, count: 0, last_key: None }
    }

    /// Adds an entry under this key. Returns `false` if the entry does not fit. The first entry of
    /// a page is an error instead if it exceeds the budget of the response.
    pub(crate) fn add(&mut self, codec: &Codec, key: &str, entry: &AnyEntry) -> Result<bool, Problem> {
        let before = self.json.len();
        if self.count > 0 && before - self.start >= self.max_bytes {
            return Ok(false);
        }
        self.json.item().open();
        match write_entry(self.json, codec, key, entry) {
            Ok(()) => {}
            Err(JsonError::TooLong { .. }) if self.count > 0 => {
                self.json.truncate(before);
                return Ok(false);
            }
            Err(error) => return Err(self.json.unwritten(&error)),
        }
        self.json.close();
        self.count += 1;
        self.last_key = Some(key.to_owned());
        Ok(true)
    }

    /// Returns the number of entries.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Ends the page. `next` is the last key if more entries follow.
    pub(crate) fn finish(self, has_more: bool) -> ResponseHead {
        self.json.close_array();
        self.json.name("next").value(&self.last_key.filter(|_| has_more));
        ResponseHead::default()
    }
}

/// Writes the members of an entry. Everything between two values is one literal, for speed.
fn write_entry(json: &mut JsonWriter, codec: &Codec, key: &str, entry: &AnyEntry) -> Result<(), JsonError> {
    let tag = codec.exposed().tag();
    json.name("key").value(key).raw(r#","type":"#).unescaped(tag).raw(r#","value":"#);
    json.encode(codec, &entry.value)?;
    json.raw(r#","version":"#).version(Some(entry.version));
    json.raw(r#","created_at":"#).time(Some(entry.created_at));
    json.raw(r#","updated_at":"#).time(Some(entry.updated_at));
    json.raw(r#","expires_at":"#).time(entry.expires_at);
    if json.is_over_budget() { Err(JsonError::TooLong { tag }) } else { Ok(()) }
}
