//! [`Problem`]: error responses, as defined by RFC 9457.

use crate::json_writer::{Budget, JsonWriter};
use axum::body::Body;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use kv_core::engine::EngineError;
use kv_core::schema::ttl;
use kv_core::{DecodeError, Error, KeyError, Limit, Param, TenantId, ValidationErrors, Version, Violation};
use std::fmt;
use std::time::Duration;

/// Maximum number of bytes of a message.
const MAX_MESSAGE: usize = 512;

/// Number of bytes of violations after which further violations are only counted.
const MAX_VIOLATIONS: usize = 64 << 10;

/// Maximum number of characters of a request that a message repeats.
const MAX_EXCERPT: usize = 64;

/// An error response.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    extension: Extension,
}

/// Further members or headers of a problem.
#[derive(Debug)]
enum Extension {
    None,
    Violations(ValidationErrors),
    Current(Option<Version>),
    Limit(Limit),
    Schema {
        tag: &'static str,
        server: String,
    },
    Allow(&'static str),
    /// Closes the connection, because the rest of the request is not read.
    Close,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), extension: Extension::None }
    }

    fn with(self, extension: Extension) -> Self {
        Self { extension, ..self }
    }

    fn bad_request(code: &'static str, message: &dyn fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message.to_string())
    }

    pub(crate) fn invalid_json(message: impl fmt::Display) -> Self {
        Self::bad_request("invalid-json", &message)
    }

    fn invalid_value(errors: ValidationErrors) -> Self {
        Self::bad_request("invalid-value", &errors).with(Extension::Violations(errors))
    }

    pub(crate) fn invalid_key(message: impl fmt::Display) -> Self {
        Self::bad_request("invalid-key", &message)
    }

    pub(crate) fn invalid_ttl() -> Self {
        let message = format!(
            "a TTL must be a whole number of milliseconds from 1 to {} (100 years), given once: as `ttl_ms`, \
             which may also be `none` or `keep`, or as the member `ttl` of the body, which may also be null",
            ttl::MAX.as_millis()
        );
        Self::bad_request("invalid-ttl", &message)
    }

    pub(crate) fn ttl_too_long(tag: &str, max: Duration) -> Self {
        let max = max.as_millis();
        let message = format!("clients may give `{tag}` a TTL of at most {max} ms: give one from 1 to {max}");
        Self::bad_request("invalid-ttl", &message)
    }

    pub(crate) fn invalid_query(message: impl fmt::Display) -> Self {
        Self::bad_request("invalid-query", &message)
    }

    pub(crate) fn invalid_host(message: impl fmt::Display) -> Self {
        Self::bad_request("invalid-host", &message)
    }

    pub(crate) fn unknown_host(host: &TenantId) -> Self {
        let message = format!(
            "this server does not serve the host `{host}`: use a host that its `TenantPolicy` names, or add \
             this one to the policy"
        );
        Self::new(StatusCode::MISDIRECTED_REQUEST, "unknown-host", message)
    }

    pub(crate) fn forbidden(message: impl fmt::Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message.to_string())
    }

    pub(crate) fn not_listable(tag: &str) -> Self {
        Self::forbidden(format!("clients cannot list `{tag}`: read its entries by their exact keys"))
    }

    pub(crate) fn read_only(tag: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "read-only", format!("clients cannot write `{tag}`"))
    }

    pub(crate) fn cross_site() -> Self {
        let message =
            "pages of this origin cannot send this request: `KvHttp::allow_origin` allows an origin";
        Self::new(StatusCode::FORBIDDEN, "cross-site", message)
    }

    pub(crate) fn unknown_type() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown-type", "no type with this tag is exposed")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "no such route")
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("this route does not support the method: use {allow}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message).with(Extension::Allow(allow))
    }

    pub(crate) fn timeout() -> Self {
        let message = "the body took too long to arrive";
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", message).with(Extension::Close)
    }

    /// Refuses a request whose body has not been read to its end.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::too_large_but_read(message).with(Extension::Close)
    }

    fn too_large_but_read(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
    }

    pub(crate) fn too_large_for_batch(bytes: usize) -> Self {
        Self::too_large_but_read(format!(
            "the entries in the response of a batch are limited to {bytes} bytes in total: use another batch, \
             or the route of this operation"
        ))
    }

    pub(crate) fn too_many_in_flight() -> Self {
        Self::unavailable("too many large responses are being sent: try again later, or request less")
    }

    /// `found` says which header is missing or wrong.
    pub(crate) fn not_json(found: fmt::Arguments<'_>) -> Self {
        let message = format!("{found}: send plain JSON, with `Content-Type: application/json`");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", message)
    }

    pub(crate) fn ambiguous_framing() -> Self {
        let message = "`Transfer-Encoding` has `chunked` more than once: send it once, in one header line";
        Self::bad_request("invalid-query", &message).with(Extension::Close)
    }

    fn conflict(current: Option<Version>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "conflict", "another write came first")
            .with(Extension::Current(current))
    }

    pub(crate) fn schema_mismatch(tag: &'static str, server: String) -> Self {
        let message = format!(
            "the schema of `{tag}` has changed since this client was generated: reload or update the client"
        );
        Self::new(StatusCode::CONFLICT, "schema-mismatch", message).with(Extension::Schema { tag, server })
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal error")
    }

    pub(crate) fn unavailable(message: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }

    /// Creates the HTTP response.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut json = JsonWriter::object(Budget::InFlight { bytes: usize::MAX });
        self.write(&mut json);
        let mut response = Response::new(Body::from(json.finish()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Extension::Allow(allow) = self.extension {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Extension::Close = self.extension {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    /// Writes the members of the problem into an open object.
    pub(crate) fn write(&self, json: &mut JsonWriter) {
        json.name("status").raw(self.status.as_str());
        json.name("title").value(self.status.canonical_reason().unwrap_or_default());
        json.name("code").value(self.code);
        json.name("error").value(&self.message[..self.message.floor_char_boundary(MAX_MESSAGE)]);
        match &self.extension {
            Extension::None | Extension::Allow(_) | Extension::Close => {}
            Extension::Violations(errors) => write_violations(json, errors),
            Extension::Current(current) => _ = json.name("current").version(*current),
            Extension::Limit(limit) => _ = json.name("limit").value(limit.name()),
            Extension::Schema { tag, server } => {
                json.name("tag").value(tag);
                json.name("server").value(server);
            }
        }
    }
}

/// Writes violations up to a number of bytes. Each violation repeats a pointer, which can be long,
/// so all violations together could be many times as long as the request.
fn write_violations(json: &mut JsonWriter, errors: &ValidationErrors) {
    let start = json.len();
    let mut more = errors.more();
    json.name("errors").open_array();
    for (index, error) in errors.iter().enumerate() {
        if index > 0 && json.len() - start > MAX_VIOLATIONS {
            more += errors.iter().count() - index;
            break;
        }
        write_violation(json.item(), error);
    }
    json.close_array();
    if more > 0 {
        json.name("more").value(&more);
    }
}

fn write_violation(json: &mut JsonWriter, violation: &Violation) {
    json.open();
    json.name("pointer").value(&violation.pointer);
    json.name("rule").value(violation.rule);
    json.name("params").open();
    for (name, param) in &violation.params {
        let json = json.name(name);
        match param {
            Param::Int(int) => json.value(int),
            Param::Float(float) => json.value(float),
            Param::Text(text) => json.value(text),
            Param::Texts(texts) => json.value(texts),
            // `Param` is non-exhaustive.
            _ => json.raw("null"),
        };
    }
    json.close();
    json.name("message").value(&violation.message);
    json.close();
}

/// Returns the beginning of a text for an error message, with control characters, quotes and
/// backslashes escaped.
pub(crate) fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(MAX_EXCERPT).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_EXCERPT).is_some() {
        excerpt.push('…');
    }
    excerpt
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        Self::invalid_key(error)
    }
}

impl From<DecodeError> for Problem {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::InvalidTtl => Self::invalid_ttl(),
            DecodeError::Value(errors) => Self::invalid_value(errors),
            malformed => Self::invalid_json(malformed),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(error) => error.into(),
            EngineError::Unavailable(_) => Self::unavailable("the store cannot be reached: try again later"),
            _ => Self::internal(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidKey(error) => error.into(),
            Error::KeyMismatch => {
                Self::invalid_key("the key differs from the key that the fields of the value form")
            }
            Error::InvalidTtl => Self::invalid_ttl(),
            Error::Validation(errors) => Self::invalid_value(errors),
            Error::Conflict { current } => Self::conflict(current),
            Error::LimitExceeded { limit: Limit::KeyBytes, allowed } => {
                Self::invalid_key(format!("the key is longer than {allowed} bytes"))
            }
            Error::LimitExceeded { limit: Limit::ValueBytes, allowed } => {
                Self::too_large_but_read(format!("the value is larger than {allowed} bytes"))
            }
            Error::LimitExceeded { limit, .. } => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "limit-exceeded",
                format!("the limit `{limit}` is exceeded"),
            )
            .with(Extension::Limit(limit)),
            _ => Self::internal(),
        }
    }
}
