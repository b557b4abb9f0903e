//! [`Problem`]: why a request was refused, as RFC 9457 has it.

use crate::answer::{Json, Room};
use axum::body::Body;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use kv_core::engine::EngineError;
use kv_core::{Error, KeyError, Limit, Param, TenantId, ValidationErrors, Version, Violation};
use std::fmt;
use std::time::Duration;

/// The most bytes of a sentence.
const SENTENCE: usize = 512;

/// After this many bytes of violations, the rest is only counted.
const VIOLATIONS: usize = 64 << 10;

/// The most characters of a request that a sentence repeats.
const SHOWN: usize = 64;

/// Why a request was refused.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    sentence: String,
    detail: Detail,
}

/// What some problems have besides.
#[derive(Debug)]
enum Detail {
    None,
    Violations(ValidationErrors),
    Current(Option<Version>),
    Limit(Limit),
    Schema {
        tag: &'static str,
        server: String,
    },
    Allow(&'static str),
    /// What is left of the request is not read.
    Unread,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        Self { status, code, sentence: sentence.into(), detail: Detail::None }
    }

    fn with(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }

    fn bad_request(code: &'static str, sentence: &dyn fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, sentence.to_string())
    }

    pub(crate) fn invalid_json(sentence: impl fmt::Display) -> Self {
        Self::bad_request("invalid-json", &sentence)
    }

    pub(crate) fn invalid_value(errors: ValidationErrors) -> Self {
        Self::bad_request("invalid-value", &errors).with(Detail::Violations(errors))
    }

    pub(crate) fn invalid_key(sentence: impl fmt::Display) -> Self {
        Self::bad_request("invalid-key", &sentence)
    }

    pub(crate) fn invalid_ttl() -> Self {
        Self::bad_request(
            "invalid-ttl",
            &"a time to live is a whole number of milliseconds, from 1 to those of 100 years, given once: in \
             `ttl_ms`, which may also be `none` or `keep`, or as `ttl` beside the fields, which may also be null",
        )
    }

    pub(crate) fn ttl_beyond(tag: &str, max: Duration) -> Self {
        let sentence = format!(
            "an entry of `{tag}` lives for at most {} ms when a client writes it: give a time to live from 1 to that",
            max.as_millis()
        );
        Self::bad_request("invalid-ttl", &sentence)
    }

    pub(crate) fn invalid_query(sentence: impl fmt::Display) -> Self {
        Self::bad_request("invalid-query", &sentence)
    }

    pub(crate) fn invalid_host(sentence: impl fmt::Display) -> Self {
        Self::bad_request("invalid-host", &sentence)
    }

    pub(crate) fn unknown_host(host: &TenantId) -> Self {
        let sentence = format!(
            "this server does not serve the host `{host}`: ask for one that its `TenantPolicy` names, or add this one there"
        );
        Self::new(StatusCode::MISDIRECTED_REQUEST, "unknown-host", sentence)
    }

    pub(crate) fn forbidden(sentence: impl fmt::Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", sentence.to_string())
    }

    pub(crate) fn read_only(tag: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "read-only", format!("`{tag}` is not to be written by clients"))
    }

    pub(crate) fn cross_site() -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross-site", "pages of this origin may not do this")
    }

    pub(crate) fn unknown_type() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown-type", "there is no such type")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "there is no such route")
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let sentence = format!("this route takes {allow}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", sentence).with(Detail::Allow(allow))
    }

    pub(crate) fn timeout() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body took too long").with(Detail::Unread)
    }

    pub(crate) fn too_large(sentence: impl fmt::Display) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", sentence.to_string()).with(Detail::Unread)
    }

    /// An entry does not fit into what is left of the answer to a batch.
    pub(crate) fn too_large_for_batch(bytes: usize) -> Self {
        let sentence = format!(
            "the entries of a batch have at most {bytes} bytes in all: ask for this in another batch or on its own route"
        );
        Self { detail: Detail::None, ..Self::too_large(sentence) }
    }

    /// Other large answers are still being sent.
    pub(crate) fn too_many_in_flight() -> Self {
        Self::unavailable("too many large answers are being sent: try again soon, or ask for less")
    }

    /// The body is not JSON as it is, by what was seen in its headers.
    pub(crate) fn not_json(seen: fmt::Arguments<'_>) -> Self {
        let sentence = format!("{seen}: send plain JSON, with `Content-Type: application/json`");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", sentence)
    }

    /// The end of the body is in doubt.
    pub(crate) fn ambiguous_framing() -> Self {
        let sentence = "`Transfer-Encoding` has `chunked` more than once: send it once, on one line";
        Self::bad_request("invalid-query", &sentence).with(Detail::Unread)
    }

    pub(crate) fn conflict(current: Option<Version>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "conflict", "another write came first")
            .with(Detail::Current(current))
    }

    pub(crate) fn schema_mismatch(tag: &'static str, server: String) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "schema-mismatch",
            format!("`{tag}` has another form here than where this client was made: load it anew"),
        )
        .with(Detail::Schema { tag, server })
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here")
    }

    pub(crate) fn unavailable(sentence: impl fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence.to_string())
    }

    /// As an answer of its own.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.json()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Detail::Allow(allow) = self.detail {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Detail::Unread = self.detail {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    fn json(&self) -> Vec<u8> {
        let mut json = Json::object(Room::InFlight { bytes: usize::MAX });
        self.write(&mut json);
        json.take()
    }

    /// Writes the members of the problem into an open object.
    pub(crate) fn write(&self, json: &mut Json) {
        json.name("status").raw(self.status.as_str());
        json.name("title").text(self.status.canonical_reason().unwrap_or_default());
        json.name("code").text(self.code);
        json.name("error").text(shortened(&self.sentence));
        match &self.detail {
            Detail::None | Detail::Allow(_) | Detail::Unread => {}
            Detail::Violations(errors) => violations(json, errors),
            Detail::Current(current) => _ = json.name("current").version(*current),
            Detail::Limit(limit) => _ = json.name("limit").text(limit.name()),
            Detail::Schema { tag, server } => {
                json.name("tag").text(tag);
                json.name("server").text(server);
            }
        }
    }
}

/// Writes violations. Each repeats a pointer, which may be long, so that all of them could be many times as long as the request.
fn violations(json: &mut Json, errors: &ValidationErrors) {
    let start = json.len();
    let mut more = errors.more();
    json.name("errors").open_array();
    for (at, error) in errors.iter().enumerate() {
        if at > 0 && json.len() - start > VIOLATIONS {
            more += errors.iter().count() - at;
            break;
        }
        violation(json.item(), error);
    }
    json.close_array();
    if more > 0 {
        json.name("more").value(&more);
    }
}

fn violation(json: &mut Json, violation: &Violation) {
    json.open();
    json.name("pointer").text(&violation.pointer);
    json.name("rule").text(violation.rule);
    json.name("params").open();
    for (name, param) in &violation.params {
        let json = json.name(name);
        match param {
            Param::Int(int) => json.value(int),
            Param::Float(float) => json.value(float),
            Param::Text(text) => json.text(text),
            Param::Texts(texts) => json.value(texts),
            // A kind of parameter that is newer than this code.
            _ => json.raw("null"),
        };
    }
    json.close();
    json.name("message").text(&violation.message);
    json.close();
}

/// Returns a part of a request as a sentence repeats it: its beginning, without control characters, quotes and backslashes
/// that are not escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

fn shortened(sentence: &str) -> &str {
    if sentence.len() <= SENTENCE { sentence } else { &sentence[..sentence.floor_char_boundary(SENTENCE)] }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        Self::invalid_key(error)
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(error) => error.into(),
            EngineError::Unavailable(_) => Self::unavailable("the store cannot be reached: try again soon"),
            _ => Self::internal(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidKey(error) => error.into(),
            Error::KeyMismatch => {
                Self::invalid_key("the value belongs under another key, which its fields make")
            }
            Error::InvalidTtl => Self::invalid_ttl(),
            Error::Validation(errors) => Self::invalid_value(errors),
            Error::Conflict { current } => Self::conflict(current),
            Error::LimitExceeded { limit: Limit::KeyBytes, allowed } => {
                Self::invalid_key(format!("a key has at most {allowed} bytes here"))
            }
            Error::LimitExceeded { limit: Limit::ValueBytes, allowed } => Self {
                // The request was read to its end.
                detail: Detail::None,
                ..Self::too_large(format!("a value has at most {allowed} bytes here"))
            },
            Error::LimitExceeded { limit, .. } => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "limit-exceeded",
                format!("over the limit `{limit}`"),
            )
            .with(Detail::Limit(limit)),
            _ => Self::internal(),
        }
    }
}
