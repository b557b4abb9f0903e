//! Bodies: how they are read, within bounds of size and time.

use crate::limits::Limits;
use crate::problem::{Problem, shown};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, LengthLimitError};
use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use tokio::time::timeout;

/// A body that has not been read.
#[derive(Debug)]
pub(crate) struct Unread<'r> {
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Body,
}

impl Unread<'_> {
    /// The bytes of a body that says that it is JSON.
    pub(crate) async fn json(self, limits: &Limits) -> Result<Bytes, Problem> {
        check_json(self.headers)?;
        let most = limits.body_bytes;
        let too_large = || Problem::too_large(format!("a body has at most {most} bytes here"));
        // What says that it is too long need not be sent.
        let length = self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: u64| length > most as u64) {
            return Err(too_large());
        }
        let mut reading = pin!(read(self.body, most));
        // Mostly all of it came with the head, and a timer would be for nothing.
        let read = match poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await {
            Poll::Ready(read) => read,
            Poll::Pending => {
                Box::pin(timeout(limits.body_time, reading)).await.map_err(|_| Problem::timeout())?
            }
        };
        read.map_err(|failure| match failure {
            Failure::TooLarge => too_large(),
            Failure::OverALayersLimit => Problem::too_large("a body has to be smaller here"),
            Failure::BrokenOff => Problem::invalid_json("the body broke off"),
        })
    }

    /// A body that has nothing to say: no bytes, or `{}`.
    pub(crate) async fn nothing(self, limits: &Limits) -> Result<(), Problem> {
        let bytes = self.json(limits).await?;
        let text = bytes.trim_ascii();
        let inside = text.strip_prefix(b"{").and_then(|text| text.strip_suffix(b"}"));
        match inside.map(<[u8]>::trim_ascii) {
            Some([]) => Ok(()),
            None if text.is_empty() => Ok(()),
            _ => Err(Problem::invalid_json("the body is empty here, or {}")),
        }
    }
}

/// Why a body was not read.
enum Failure {
    TooLarge,
    OverALayersLimit,
    BrokenOff,
}

impl Failure {
    /// A layer of the application's may have a limit of its own, which ends the body with an error.
    fn of(error: &axum::Error) -> Self {
        let mut error: Option<&dyn Error> = Some(error);
        while let Some(reason) = error {
            if reason.is::<LengthLimitError>() {
                return Self::OverALayersLimit;
            }
            error = reason.source();
        }
        Self::BrokenOff
    }
}

/// Reads a body that has so many bytes at most.
async fn read(mut body: Body, most: usize) -> Result<Bytes, Failure> {
    // Mostly there is one piece, which is then not copied.
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|error| Failure::of(&error))?.into_data() else { continue };
        if piece.len() > most - first.len().max(all.len()) {
            return Err(Failure::TooLarge);
        }
        if first.is_empty() {
            first = piece;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&piece);
        }
        if body.is_end_stream() {
            break;
        }
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

/// Refuses a body whose chunks a proxy may end elsewhere: `chunked` is there once at most.
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

/// Refuses a body that is not said to be JSON in UTF-8 as it is. The server removes a transfer coding of chunks, and no other.
fn check_json(headers: &HeaderMap) -> Result<(), Problem> {
    for (name, allowed) in [(CONTENT_ENCODING, "identity"), (TRANSFER_ENCODING, "chunked")] {
        let is_other = |value: &&HeaderValue| !value.as_bytes().eq_ignore_ascii_case(allowed.as_bytes());
        if let Some(value) = headers.get_all(&name).iter().find(is_other) {
            return Err(Problem::not_json(format_args!("the body has `{name}: {}`", seen(value))));
        }
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    match (types.next(), types.next()) {
        (None, _) => Err(Problem::not_json(format_args!("the body has no `content-type`"))),
        (Some(ty), None) if is_json(ty) => Ok(()),
        (Some(ty), None) => Err(Problem::not_json(format_args!("the body has `content-type: {}`", seen(ty)))),
        (Some(ty), Some(other)) => Err(Problem::not_json(format_args!(
            "the body has both `content-type: {}` and `content-type: {}`",
            seen(ty),
            seen(other)
        ))),
    }
}

/// Returns a header's value as a sentence repeats it.
fn seen(value: &HeaderValue) -> String {
    shown(&String::from_utf8_lossy(value.as_bytes()))
}

fn is_json(ty: &HeaderValue) -> bool {
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
    fn json_says_so() {
        let says = |ty| is_json(&HeaderValue::from_static(ty));
        for ty in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/json; v=1",
        ] {
            assert!(says(ty), "{ty}");
        }
        for ty in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json+x",
            "application/json; charset=latin1",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!says(ty), "{ty}");
        }
        assert!(check_json(&HeaderMap::new()).is_err());
    }
}
