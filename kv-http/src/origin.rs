//! Whose page asks: what a browser says of it, and what it is told.
//!
//! Source: the Fetch standard (`Origin`, CORS) and Fetch Metadata (`Sec-Fetch-Site`).

use crate::problem::Problem;
use crate::tenant::Authority;
use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// The origins of other sites whose pages may do what the tenant's own may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    allowed: Vec<HeaderValue>,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type, authorization, if-match, if-none-match, kv-schema, last-event-id",
);
const PREFLIGHT_VARIES: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

impl Origins {
    /// Adds an origin as browsers write it; `None` when it is none.
    pub(crate) fn allow(&mut self, origin: &str) -> Option<()> {
        let origin = origin.strip_suffix('/').unwrap_or(origin).to_ascii_lowercase();
        let (scheme, host) = split(&origin)?;
        let host = Authority::parse(host).ok()?;
        let port = host.port().filter(|port| Some(*port) != default_port(scheme));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        self.allowed.push(HeaderValue::from_str(&format!("{scheme}://{}{port}", host.id)).ok()?);
        Some(())
    }

    /// The request's origin, if it is one of those.
    pub(crate) fn allowed(&self, headers: &HeaderMap) -> Option<&HeaderValue> {
        if self.allowed.is_empty() {
            return None;
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none())?;
        self.allowed.iter().find(|allowed| *allowed == origin)
    }

    /// Refuses what a page of another site asks for.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        host: &Authority<'_>,
        changes_state: bool,
    ) -> Result<(), Problem> {
        if self.allowed(headers).is_some() {
            return Ok(());
        }
        let mut sites = headers.get_all(SEC_FETCH_SITE).iter().map(HeaderValue::as_bytes);
        let is_own = match (sites.next(), sites.next()) {
            (Some(_), Some(_)) => false,
            (Some(b"same-origin" | b"none"), None) => true,
            (Some(site), None) => !changes_state && site != b"cross-site",
            (None, _) => !changes_state || is_own_origin(headers, host),
        };
        if is_own { Ok(()) } else { Err(Problem::cross_site()) }
    }

    /// The answer to a preflight.
    pub(crate) fn preflight(&self, headers: &HeaderMap) -> Result<Response<Body>, Problem> {
        if self.allowed(headers).is_none() {
            return Err(Problem::cross_site());
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        headers.insert(VARY, PREFLIGHT_VARIES);
        Ok(response)
    }
}

/// Whether an OPTIONS request is a preflight.
pub(crate) fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Lets the pages of an allowed origin read an answer.
pub(crate) fn let_read(response: &mut Response<Body>, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if !headers.contains_key(VARY) {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
        headers.insert(VARY, HeaderValue::from_static("Origin"));
    }
}

/// Whether there is no `Origin`, or it is the host that is asked. The scheme of the server is not known here, behind a proxy,
/// so where the port is left out it is the one of the origin's scheme.
fn is_own_origin(headers: &HeaderMap, host: &Authority<'_>) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let parsed = origin.to_str().ok().and_then(|origin| {
        let (scheme, host) = split(origin)?;
        Some((default_port(scheme)?, Authority::parse(host).ok()?))
    });
    let Some((default, origin)) = parsed.filter(|_| origins.next().is_none()) else { return false };
    origin.id == host.id && origin.port().unwrap_or(default) == host.port().unwrap_or(default)
}

fn split(origin: &str) -> Option<(&str, &str)> {
    origin.split_once("://").filter(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(headers: &[(&'static str, &'static str)], host: &str, changes_state: bool) -> bool {
        let mut origins = Origins::default();
        assert!(origins.allow("https://App.example:443/").is_some());
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Authority::parse(host).is_ok_and(|host| origins.check(&map, &host, changes_state).is_ok())
    }

    #[test]
    fn a_write_comes_from_the_tenants_own_pages_or_no_page_or_an_allowed_one() {
        let acme = "acme.example";
        for (headers, host, passed) in [
            (&[][..], acme, true),
            (&[("sec-fetch-site", "same-origin")], acme, true),
            (&[("sec-fetch-site", "none")], acme, true),
            (&[("sec-fetch-site", "same-site")], acme, false),
            (&[("sec-fetch-site", "cross-site")], acme, false),
            (&[("sec-fetch-site", "")], acme, false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://acme.example")], acme, false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://app.example")], acme, true),
            (&[("origin", "https://app.example")], acme, true),
            (&[("origin", "http://app.example")], acme, false),
            (&[("origin", "https://acme.example")], acme, true),
            (&[("origin", "http://acme.example")], acme, true),
            (&[("origin", "https://acme.example")], "acme.example:443", true),
            (&[("origin", "https://acme.example")], "acme.example:80", false),
            (&[("origin", "http://acme.example:8080")], "ACME.example.:8080", true),
            (&[("origin", "http://acme.example:8080")], acme, false),
            (&[("origin", "https://evil.example")], acme, false),
            (&[("origin", "https://acme.example.evil.example")], acme, false),
            (&[("origin", "null")], acme, false),
            (&[("origin", "")], acme, false),
            (&[("origin", "ftp://acme.example")], acme, false),
        ] {
            assert_eq!(passes(headers, host, true), passed, "{headers:?} to {host}");
        }
    }

    #[test]
    fn a_read_is_refused_to_other_sites_alone() {
        let cross = ("sec-fetch-site", "cross-site");
        for (headers, passed) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("origin", "https://evil.example")], true),
            (&[cross], false),
            (&[cross, ("origin", "https://evil.example")], false),
            (&[cross, ("origin", "https://app.example")], true),
        ] {
            assert_eq!(passes(headers, "acme.example", false), passed, "{headers:?}");
        }
    }

    #[test]
    fn what_is_no_origin_cannot_be_allowed() {
        for bad in [
            "",
            "*",
            "app.example",
            "https://",
            "https://*.app.example",
            "https://app.example/x",
            "null",
            "://a",
        ] {
            assert!(Origins::default().allow(bad).is_none(), "{bad}");
        }
    }
}
