//! [`TenantPolicy`]: which hosts are served, and which tenant each is.

use crate::problem::Problem;
use axum::extract::ConnectInfo;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Version};
use kv_core::{TenantError, TenantId};
use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Which hosts are served, and which tenant each is.
///
/// A request names its host once: in `Host`, and in its target where that is absolute, or `:authority`, which must agree. A host
/// that is missing, repeated or malformed is 400 `invalid-host`, one that the policy does not name is 421 `unknown-host`.
/// Upper case, ports and a dot at the end make no difference.
///
/// `Forwarded` is never looked at, and `X-Forwarded-Host` only where it comes from a [proxy](Self::behind_proxy) that was named.
///
/// **Strangers name tenants.** With [`any_host`](Self::any_host), and within a pattern such as `*.acme.example`, whoever can send a
/// request chooses the host, and so the tenant: `x1.acme.example`, `x2.acme.example` and so on. Reads create nothing, but writes
/// to ten thousand such names use up the store's [limit of tenants](kv_core::Limits::tenants), and then no new customer can
/// store anything. Where the names of tenants are known, serve only those, with a [`resolver`](Self::resolver).
#[derive(Clone)]
pub struct TenantPolicy {
    hosts: Hosts,
    proxies: HashSet<IpAddr>,
}

type Resolve = dyn Fn(&TenantId) -> Option<TenantId> + Send + Sync;

#[derive(Clone)]
enum Hosts {
    Any,
    Named {
        exact: HashSet<TenantId>,
        /// With the dot that they begin with.
        suffixes: Vec<String>,
    },
    Resolved(Arc<Resolve>),
}

impl TenantPolicy {
    /// Serves these hosts. `*.acme.example` stands for all hosts under `acme.example`, however deep, and not for itself: each is a tenant
    /// of its own, whether or not it exists as one for the application. See [strangers name tenants](TenantPolicy).
    ///
    /// # Errors
    ///
    /// [`PolicyError`] with the first pattern that is none, or when there are no patterns.
    ///
    /// ```
    /// use kv_http::TenantPolicy;
    ///
    /// TenantPolicy::hosts(["acme.example", "*.acme.example"])?;
    /// assert!(TenantPolicy::hosts(["https://acme.example"]).is_err());
    /// # Ok::<(), kv_http::PolicyError>(())
    /// ```
    pub fn hosts<H: AsRef<str>>(patterns: impl IntoIterator<Item = H>) -> Result<Self, PolicyError> {
        let (mut exact, mut suffixes) = (HashSet::new(), Vec::new());
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let host = pattern.strip_prefix("*.").unwrap_or(pattern);
            let refused = |problem| PolicyError::Pattern { pattern: pattern.to_owned(), problem };
            let host = Authority::parse(host).map_err(refused)?;
            if host.port().is_some() || host.text.ends_with(':') {
                return Err(PolicyError::Port { pattern: pattern.to_owned() });
            }
            if host.text.len() < pattern.len() {
                if is_address(host.id.as_str()) {
                    return Err(PolicyError::Address { pattern: pattern.to_owned() });
                }
                suffixes.push(format!(".{}", host.id));
            } else {
                exact.insert(host.id);
            }
        }
        if exact.is_empty() && suffixes.is_empty() {
            return Err(PolicyError::Empty);
        }
        Ok(Self::new(Hosts::Named { exact, suffixes }))
    }

    /// Serves any host, each as a tenant of its own. For development, and where something in front lets only known hosts
    /// through: otherwise strangers make tenants as they like, up to the store's limit.
    ///
    /// ```
    /// let policy = kv_http::TenantPolicy::any_host();
    /// ```
    pub fn any_host() -> Self {
        Self::new(Hosts::Any)
    }

    /// Serves the hosts for which a function returns a tenant. Any other host is 421 `unknown-host`. The function is called for every
    /// request, so it should answer from memory.
    ///
    /// It serves only tenants that exist, of which the application keeps the list:
    ///
    /// ```
    /// use kv_core::TenantId;
    /// use kv_http::TenantPolicy;
    /// use std::collections::HashSet;
    /// use std::sync::{Arc, RwLock};
    ///
    /// // Filled at start, and when a customer comes or goes.
    /// let customers: Arc<RwLock<HashSet<TenantId>>> = Arc::default();
    /// let known = Arc::clone(&customers);
    /// let policy = TenantPolicy::resolver(move |host| {
    ///     let customers = known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
    ///     customers.get(host).cloned()
    /// });
    /// customers.write().unwrap().insert(TenantId::new("acme.example")?);
    /// # Ok::<(), kv_core::TenantError>(())
    /// ```
    ///
    /// It may give several hosts one tenant:
    ///
    /// ```
    /// # use kv_core::TenantId;
    /// # use kv_http::TenantPolicy;
    /// let acme = TenantId::new("acme.example")?;
    /// let policy = TenantPolicy::resolver(move |host| {
    ///     matches!(host.as_str(), "acme.example" | "www.acme.example").then(|| acme.clone())
    /// });
    /// # Ok::<(), kv_core::TenantError>(())
    /// ```
    pub fn resolver(resolve: impl Fn(&TenantId) -> Option<TenantId> + Send + Sync + 'static) -> Self {
        Self::new(Hosts::Resolved(Arc::new(resolve)))
    }

    fn new(hosts: Hosts) -> Self {
        Self { hosts, proxies: HashSet::new() }
    }

    /// Takes `X-Forwarded-Host` for the host where the connection comes from this address: a proxy that does not pass on
    /// `Host`, and sets that header itself. The proxy's own `Host` is then not looked at. More than one proxy may be named.
    ///
    /// The address of a connection is known where the router is served with
    /// [`into_make_service_with_connect_info::<SocketAddr>()`](axum::Router::into_make_service_with_connect_info).
    ///
    /// ```no_run
    /// use kv_http::{KvHttp, TenantPolicy};
    /// use std::net::{Ipv4Addr, SocketAddr};
    ///
    /// # use kv_core::{Catalog, KvStore};
    /// # async fn serve(kv: KvStore, catalog: Catalog) -> Result<(), Box<dyn std::error::Error>> {
    /// let policy = TenantPolicy::hosts(["acme.example"])?.behind_proxy(Ipv4Addr::new(10, 0, 0, 1).into());
    /// let app = KvHttp::new(kv, catalog, policy).router().into_make_service_with_connect_info::<SocketAddr>();
    /// let listener = tokio::net::TcpListener::bind("10.0.0.2:3000").await?;
    /// axum::serve(listener, app).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn behind_proxy(mut self, address: IpAddr) -> Self {
        self.proxies.insert(address.to_canonical());
        self
    }

    /// Returns the host that a request names, and its tenant.
    pub(crate) fn tenant<'r>(&self, parts: &'r Parts) -> Result<(Authority<'r>, TenantId), Problem> {
        // A proxy that says which host it was asked for may send any `Host` itself, such as the name of its upstream.
        let host = match self.forwarded_host(parts)? {
            Some(host) => host,
            None => named_host(parts)?,
        };
        let tenant = match &self.hosts {
            Hosts::Any => Some(host.id.clone()),
            Hosts::Named { exact, suffixes } => {
                let name = host.id.as_str();
                let is_named =
                    exact.contains(&host.id) || suffixes.iter().any(|suffix| name.ends_with(suffix));
                is_named.then(|| host.id.clone())
            }
            Hosts::Resolved(resolve) => resolve(&host.id),
        };
        let tenant = tenant.ok_or_else(|| Problem::unknown_host(&host.id))?;
        Ok((host, tenant))
    }

    /// Returns the host in `X-Forwarded-Host`, if the request comes from a proxy that was named.
    fn forwarded_host<'r>(&self, parts: &'r Parts) -> Result<Option<Authority<'r>>, Problem> {
        match parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            Some(ConnectInfo(peer)) if self.proxies.contains(&peer.ip().to_canonical()) => {
                only(&parts.headers, &HeaderName::from_static("x-forwarded-host"))
            }
            _ => Ok(None),
        }
    }
}

impl fmt::Debug for TenantPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: &dyn fmt::Debug = match &self.hosts {
            Hosts::Any => &"any",
            Hosts::Named { exact, suffixes } => &(exact, suffixes),
            Hosts::Resolved(_) => &"resolved",
        };
        f.debug_struct("TenantPolicy").field("hosts", hosts).field("proxies", &self.proxies).finish()
    }
}

/// Whether a host is an address, which has no hosts under it. Browsers take every name that ends in a number for one.
///
/// Source: the URL standard, "ends in a number checker".
fn is_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = |digits: &str, is_digit: fn(&u8) -> bool| digits.as_bytes().iter().all(is_digit);
    host.starts_with('[')
        || is_number(last, u8::is_ascii_digit)
        || last.strip_prefix("0x").is_some_and(|digits| is_number(digits, u8::is_ascii_hexdigit))
}

/// A host and its port.
#[derive(Clone, Debug)]
pub(crate) struct Authority<'t> {
    pub(crate) id: TenantId,
    /// As it was written.
    text: &'t str,
}

impl<'t> Authority<'t> {
    pub(crate) fn parse(text: &'t str) -> Result<Self, TenantError> {
        Ok(Self { id: TenantId::new(text)?, text })
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.text.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'))?.1.parse().ok()
    }
}

/// The host that a request names in all places alike.
fn named_host(parts: &Parts) -> Result<Authority<'_>, Problem> {
    let in_header = only(&parts.headers, &HOST)?;
    let in_target = parts.uri.authority().map(axum::http::uri::Authority::as_str);
    let in_target = in_target.map(Authority::parse).transpose().map_err(Problem::invalid_host)?;
    match (in_header, in_target) {
        (Some(header), Some(target)) => {
            let default = if parts.uri.scheme_str() == Some("https") { 443 } else { 80 };
            let port = |host: &Authority<'_>| host.port().unwrap_or(default);
            if header.id != target.id || port(&header) != port(&target) {
                return Err(Problem::invalid_host("`Host` and the target name different hosts"));
            }
            Ok(header)
        }
        (Some(host), None) => Ok(host),
        // HTTP/2 has the host in `:authority`, HTTP/1.1 always in `Host`.
        (None, Some(host)) if parts.version >= Version::HTTP_2 => Ok(host),
        (None, _) => Err(Problem::invalid_host("a request names its host: Host: acme.example")),
    }
}

/// The host in a header that is there once at most.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<Authority<'h>>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid_host(format!("`{name}` is there twice")));
    }
    let text = str::from_utf8(value.as_bytes()).map_err(|_| Problem::invalid_host(TenantError::NotAscii))?;
    Authority::parse(text).map(Some).map_err(Problem::invalid_host)
}

/// Why patterns make no [`TenantPolicy`].
///
/// ```
/// use kv_http::{PolicyError, TenantPolicy};
///
/// let refused = TenantPolicy::hosts(["acme.example:8080"]).unwrap_err();
/// assert!(matches!(refused, PolicyError::Port { .. }));
/// assert_eq!(
///     refused.to_string(),
///     "the pattern \"acme.example:8080\" has a port: leave it out, all ports of a host are one tenant"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// There are no patterns.
    #[error("no host is named: give the hosts that are served, as in \"acme.example\" or \"*.acme.example\"")]
    Empty,
    /// A pattern is no host.
    #[error("{pattern:?} is not a host pattern: {problem}; a pattern is a host, or `*.` and a host")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why it is none.
        problem: TenantError,
    },
    /// A pattern stands for the hosts under an address, which has none.
    #[error(
        "the pattern {pattern:?} has `*.` before an address: only names have hosts under them, so name the address itself"
    )]
    Address {
        /// The pattern.
        pattern: String,
    },
    /// A pattern has a port, which makes no difference between tenants.
    #[error("the pattern {pattern:?} has a port: leave it out, all ports of a host are one tenant")]
    Port {
        /// The pattern.
        pattern: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[test]
    fn http_2_names_the_host_in_its_authority() {
        let host = |version, uri: &str, host: Option<&str>| {
            let mut request = Request::builder().version(version).uri(uri);
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            let (parts, ()) = request.body(()).ok()?.into_parts();
            named_host(&parts).ok().map(|host| host.id.to_string())
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
    fn a_port_is_read_beside_any_host() {
        let port = |text| Authority::parse(text).ok().map(|host| host.port());
        assert_eq!(port("a"), Some(None));
        assert_eq!(port("a.:8080"), Some(Some(8080)));
        assert_eq!(port("[::1]"), Some(None));
        assert_eq!(port("[::1]:80"), Some(Some(80)));
        assert_eq!(port("a:"), Some(None));
        assert_eq!(port("a:x"), None);
    }
}
