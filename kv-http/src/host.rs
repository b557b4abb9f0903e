//! [`Host`]: the host that a request names, normalized.

use crate::problem::Problem;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Version};
use kv_core::{TenantError, TenantId};

/// A host with an optional port.
#[derive(Clone, Debug)]
pub(crate) struct Host<'t> {
    /// The name as [`TenantId::new`] normalizes it: in lower case, without a port and a trailing
    /// dot.
    pub(crate) name: TenantId,
    /// The host as the request spells it.
    text: &'t str,
}

impl<'t> Host<'t> {
    pub(crate) fn parse(text: &'t str) -> Result<Self, TenantError> {
        Ok(Self { name: TenantId::new(text)?, text })
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.text.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'))?.1.parse().ok()
    }

    /// Reads the host from `Host` and from the request target. If both name a host, they must
    /// agree.
    pub(crate) fn from_request(parts: &'t Parts) -> Result<Self, Problem> {
        let in_header = Self::from_header(&parts.headers, &HOST)?;
        let in_target = parts.uri.authority().map(Authority::as_str);
        let in_target = in_target.map(Self::parse).transpose().map_err(Problem::invalid_host)?;
        match (in_header, in_target) {
            (Some(header), Some(target)) => {
                let default = if parts.uri.scheme_str() == Some("https") { 443 } else { 80 };
                let port = |host: &Self| host.port().unwrap_or(default);
                if header.name != target.name || port(&header) != port(&target) {
                    return Err(Problem::invalid_host("`Host` and the request target name different hosts"));
                }
                Ok(header)
            }
            (Some(host), None) => Ok(host),
            // HTTP/2 sends the host in `:authority`. HTTP/1.1 requires `Host`.
            (None, Some(host)) if parts.version >= Version::HTTP_2 => Ok(host),
            (None, _) => Err(Problem::invalid_host("the request names no host: send `Host: acme.example`")),
        }
    }

    /// Reads the host from a header that may occur at most once.
    pub(crate) fn from_header(headers: &'t HeaderMap, name: &HeaderName) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(name).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Problem::invalid_host(format!("`{name}` is given more than once")));
        }
        let text =
            str::from_utf8(value.as_bytes()).map_err(|_| Problem::invalid_host(TenantError::NotAscii))?;
        Self::parse(text).map(Some).map_err(Problem::invalid_host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[test]
    fn http_2_authority_names_the_host() {
        let host = |version, uri: &str, host: Option<&str>| {
            let mut request = Request::builder().version(version).uri(uri);
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            let (parts, ()) = request.body(()).ok()?.into_parts();
            Host::from_request(&parts).ok().map(|host| host.name.to_string())
        };
        let acme = Some("acme.example".to_owned());
        assert_eq!(host(Version::HTTP_2, "https://ACME.example:443/kv/stats", None), acme);
        assert_eq!(host(Version::HTTP_2, "https://acme.example/kv/stats", Some("acme.example:443")), acme);
        assert_eq!(host(Version::HTTP_2, "https://acme.example/kv/stats", Some("other.example")), None);
        assert_eq!(host(Version::HTTP_2, "https://acme.example:444/kv/stats", Some("acme.example")), None);
        assert_eq!(host(Version::HTTP_2, "/kv/stats", None), None);
        assert_eq!(host(Version::HTTP_11, "http://acme.example/kv/stats", None), None);
    }

    #[test]
    fn port_follows_a_name_or_an_address() {
        let port = |text| Host::parse(text).ok().map(|host| host.port());
        assert_eq!(port("a"), Some(None));
        assert_eq!(port("a.:8080"), Some(Some(8080)));
        assert_eq!(port("[::1]"), Some(None));
        assert_eq!(port("[::1]:80"), Some(Some(80)));
        assert_eq!(port("a:"), Some(None));
        assert_eq!(port("a:x"), None);
    }
}
