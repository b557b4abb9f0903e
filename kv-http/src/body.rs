//! Bodies: how they are read, within bounds of size and time.

use crate::limits::Limits;
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// A body that has not been read.
#[derive(Debug)]
pub(crate) struct Unread<'r> {
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Body,
}

impl Unread<'_> {
    /// The bytes of a body that says that it is JSON.
    pub(crate) async fn json(self, limits: &Limits) -> Result<Bytes, Problem> {
        if !says_json(self.headers) {
            return Err(Problem::not_json());
        }
        let most = limits.body_bytes;
        let too_large = || Problem::too_large(format!("a body has at most {most} bytes here"));
        // What says that it is too long need not be sent.
        let length = self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: u64| length > most as u64) {
            return Err(too_large());
        }
        match tokio::time::timeout(limits.body_time, Limited::new(self.body, most).collect()).await {
            Err(_) => Err(Problem::timeout()),
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
            Ok(Err(_)) => Err(Problem::invalid_json("the body broke off")),
        }
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

/// Whether a body is said to be JSON, which is UTF-8, as it stands.
fn says_json(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        return false;
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let Some(ty) = types.next().filter(|_| types.next().is_none()) else { return false };
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
        let says = |ty| says_json(&[(CONTENT_TYPE, HeaderValue::from_static(ty))].into_iter().collect());
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
        assert!(!says_json(&HeaderMap::new()));
    }
}
