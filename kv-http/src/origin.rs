//! [`AllowedAllowedOrigins`]: checks which site's page sends a request, and adds CORS headers.
//!
//! Source: the Fetch standard (`Origin`, CORS) and Fetch Metadata (`Sec-Fetch-Site`).

use crate::host::Host;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// The origins of other sites whose pages may send the same requests as the tenant's own pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedOrigins {
    allowed: Vec<HeaderValue>,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type, authorization, if-match, if-none-match, kv-schema, last-event-id",
);
const PREFLIGHT_VARIES: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

impl AllowedOrigins {
    /// Adds an origin in the form that browsers send. Returns `None` if it is not an origin.
    pub(crate) fn allow(&mut self, origin: &str) -> Option<()> {
        let origin = origin.strip_suffix('/').unwrap_or(origin).to_ascii_lowercase();
        let (scheme, host) = split_origin(&origin)?;
        let host = Host::parse(host).ok()?;
        let port = host.port().filter(|port| Some(*port) != default_port(scheme));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        self.allowed.push(HeaderValue::from_str(&format!("{scheme}://{}{port}", host.name)).ok()?);
        Some(())
    }

    /// Returns the request's origin if it is allowed.
    pub(crate) fn allowed(&self, headers: &HeaderMap) -> Option<&HeaderValue> {
        if self.allowed.is_empty() {
            return None;
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none())?;
        self.allowed.iter().find(|allowed| *allowed == origin)
    }

    /// Refuses requests from pages of other sites. Reads are refused only if they are cross-site.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        host: &Host<'_>,
        changes_state: bool,
    ) -> Result<(), Problem> {
        if self.allowed(headers).is_some() {
            return Ok(());
        }
        let mut sites = headers.get_all(SEC_FETCH_SITE).iter().map(HeaderValue::as_bytes);
        let is_accepted = match (sites.next(), sites.next()) {
            (Some(_), Some(_)) => false,
            (Some(b"same-origin" | b"none"), None) => true,
            (Some(site), None) => !changes_state && site != b"cross-site",
            (None, _) => !changes_state || is_own_origin(headers, host),
        };
        if is_accepted { Ok(()) } else { Err(Problem::cross_site()) }
    }

    /// Returns the response to a preflight.
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

/// Returns whether an OPTIONS request is a preflight.
pub(crate) fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds the headers that let the pages of an allowed origin read a response.
pub(crate) fn add_cors_headers(response: &mut Response<Body>, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if !headers.contains_key(VARY) {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
        headers.insert(VARY, HeaderValue::from_static("Origin"));
    }
}

/// Returns whether `Origin` is absent or names the requested host. A missing port is the default of
/// the origin's scheme, because the scheme of the server is unknown when a proxy terminates TLS.
fn is_own_origin(headers: &HeaderMap, host: &Host<'_>) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let parsed = origin.to_str().ok().and_then(|origin| {
        let (scheme, host) = split_origin(origin)?;
        Some((default_port(scheme)?, Host::parse(host).ok()?))
    });
    let Some((default, origin)) = parsed.filter(|_| origins.next().is_none()) else { return false };
    origin.name == host.name && origin.port().unwrap_or(default) == host.port().unwrap_or(default)
}

fn split_origin(origin: &str) -> Option<(&str, &str)> {
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
        let mut origins = AllowedOrigins::default();
        assert!(origins.allow("https://App.example:443/").is_some());
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Host::parse(host).is_ok_and(|host| origins.check(&map, &host, changes_state).is_ok())
    }

    #[test]
    fn writes_are_accepted_from_own_pages_allowed_origins_and_programs() {
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
    fn reads_are_refused_only_across_sites() {
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
    fn invalid_origin_cannot_be_allowed() {
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
            assert!(AllowedOrigins::default().allow(bad).is_none(), "{bad}");
        }
    }
}
