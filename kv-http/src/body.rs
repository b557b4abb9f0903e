//! [`RequestBody`]: reads bodies within limits of size and time.

use crate::limits::Limits;
use crate::problem::{Problem, excerpt};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, LengthLimitError};
use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use tokio::time::timeout;

/// A body that has not been read yet.
#[derive(Debug)]
pub(crate) struct RequestBody<'r> {
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Body,
}

impl RequestBody<'_> {
    /// Reads a body whose headers declare JSON. The bytes are not parsed.
    pub(crate) async fn read_json(self, limits: &Limits) -> Result<Bytes, Problem> {
        check_json_headers(self.headers)?;
        let max = limits.body_bytes;
        let too_large = || Problem::too_large(format!("the body is longer than {max} bytes"));
        // A body that declares too many bytes is refused without being read.
        let length = self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: u64| length > max as u64) {
            return Err(too_large());
        }
        let mut reading = pin!(read(self.body, max));
        // Most bodies arrive together with the head and need no timer.
        let read = match poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await {
            Poll::Ready(read) => read,
            Poll::Pending => {
                Box::pin(timeout(limits.body_time, reading)).await.map_err(|_| Problem::timeout())?
            }
        };
        read.map_err(|error| match error {
            ReadError::TooLong => too_large(),
            ReadError::LayerLimit => Problem::too_large("the body is longer than the application allows"),
            ReadError::Incomplete => Problem::invalid_json("the body is incomplete"),
        })
    }

    /// Reads a body that must be empty or `{}`.
    pub(crate) async fn read_empty(self, limits: &Limits) -> Result<(), Problem> {
        let bytes = self.read_json(limits).await?;
        let text = bytes.trim_ascii();
        let inside = text.strip_prefix(b"{").and_then(|text| text.strip_suffix(b"}"));
        match inside.map(<[u8]>::trim_ascii) {
            Some([]) => Ok(()),
            None if text.is_empty() => Ok(()),
            _ => Err(Problem::invalid_json("the body must be empty or {}")),
        }
    }
}

/// Why a body was not read.
enum ReadError {
    TooLong,
    /// A layer of the application limits bodies.
    LayerLimit,
    Incomplete,
}

impl From<axum::Error> for ReadError {
    fn from(error: axum::Error) -> Self {
        let mut error: Option<&dyn Error> = Some(&error);
        while let Some(cause) = error {
            if cause.is::<LengthLimitError>() {
                return Self::LayerLimit;
            }
            error = cause.source();
        }
        Self::Incomplete
    }
}

/// Reads a body of at most `max` bytes.
async fn read(mut body: Body, max: usize) -> Result<Bytes, ReadError> {
    // Most bodies have one frame, which is not copied.
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if data.len() > max - first.len().max(all.len()) {
            return Err(ReadError::TooLong);
        }
        if first.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
        // The next poll could be pending although all bytes have arrived.
        if body.is_end_stream() {
            break;
        }
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

/// Refuses a request with `chunked` more than once, because a proxy may see the end of its body
/// elsewhere.
///
/// Source: RFC 9112, section 6.1: a sender must not apply it more than once.
pub(crate) fn check_framing(headers: &HeaderMap) -> Result<(), Problem> {
    let codings = headers
        .get_all(TRANSFER_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let chunked = codings.filter(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"chunked"));
    if chunked.count() > 1 { Err(Problem::ambiguous_framing()) } else { Ok(()) }
}

/// Checks that the headers declare JSON in UTF-8 without a coding. The server decodes the transfer
/// coding `chunked` and no other.
fn check_json_headers(headers: &HeaderMap) -> Result<(), Problem> {
    for (name, allowed) in [(CONTENT_ENCODING, "identity"), (TRANSFER_ENCODING, "chunked")] {
        let is_other = |value: &&HeaderValue| !value.as_bytes().eq_ignore_ascii_case(allowed.as_bytes());
        if let Some(value) = headers.get_all(&name).iter().find(is_other) {
            return Err(Problem::not_json(format_args!("the body has `{name}: {}`", header_excerpt(value))));
        }
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    match (types.next(), types.next()) {
        (None, _) => Err(Problem::not_json(format_args!("the body has no `content-type`"))),
        (Some(ty), None) if has_json_content_type(ty) => Ok(()),
        (Some(ty), None) => {
            Err(Problem::not_json(format_args!("the body has `content-type: {}`", header_excerpt(ty))))
        }
        (Some(ty), Some(other)) => Err(Problem::not_json(format_args!(
            "the body has both `content-type: {}` and `content-type: {}`",
            header_excerpt(ty),
            header_excerpt(other)
        ))),
    }
}

/// Returns a header's value for an error message.
fn header_excerpt(value: &HeaderValue) -> String {
    excerpt(&String::from_utf8_lossy(value.as_bytes()))
}

/// Returns whether a `Content-Type` is JSON in UTF-8.
fn has_json_content_type(ty: &HeaderValue) -> bool {
    if ty == "application/json" {
        return true;
    }
    let Ok(ty) = ty.to_str() else { return false };
    let mut parts = ty.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    is_json && is_utf8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_type_is_json_in_utf_8() {
        let is_json = |ty| has_json_content_type(&HeaderValue::from_static(ty));
        for ty in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/json; v=1",
        ] {
            assert!(is_json(ty), "{ty}");
        }
        for ty in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json+x",
            "application/json; charset=latin1",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!is_json(ty), "{ty}");
        }
        assert!(check_json_headers(&HeaderMap::new()).is_err());
    }
}
