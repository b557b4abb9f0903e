//! [`TenantPolicy`]: which hosts are served, and the tenant of each.

use crate::host::Host;
use crate::problem::Problem;
use axum::extract::ConnectInfo;
use axum::http::HeaderName;
use axum::http::request::Parts;
use kv_core::{TenantError, TenantId};
use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The hosts that are served, and the tenant of each.
///
/// A request names its host in `Host`, in an absolute request target, or in `:authority`. If it
/// names a host in more than one of them, they must agree. A missing, repeated or malformed host is
/// 400 `invalid-host`, and a host that the policy does not name is 421 `unknown-host`. Case, ports
/// and a trailing dot make no difference.
///
/// `Forwarded` is ignored. `X-Forwarded-Host` is read only if it comes from a named
/// [proxy](Self::behind_proxy).
///
/// **Untrusted clients choose tenants.** With [`any_host`](Self::any_host), and for a pattern such
/// as `*.acme.example`, any client chooses the host of its request and with it the tenant:
/// `x1.acme.example`, `x2.acme.example` and so on. Reads create nothing, but writes to ten thousand
/// such names exhaust the store's [limit of tenants](kv_core::Limits::tenants), and then no new
/// customer can store anything. If the names of the tenants are known, serve only those with a
/// [`resolver`](Self::resolver).
#[derive(Clone)]
pub struct TenantPolicy {
    hosts: ServedHosts,
    proxies: HashSet<IpAddr>,
}

type Resolve = dyn Fn(&TenantId) -> Option<TenantId> + Send + Sync;

#[derive(Clone)]
enum ServedHosts {
    Any,
    Named {
        exact: HashSet<TenantId>,
        /// Suffixes of the served hosts, each with its leading dot.
        suffixes: Vec<String>,
    },
    Resolved(Arc<Resolve>),
}

impl TenantPolicy {
    /// Serves the hosts that match one of these patterns, each with its own tenant.
    ///
    /// `*.acme.example` matches all subdomains of `acme.example` at any depth, but not
    /// `acme.example` itself. Every subdomain gets a tenant, even if the application does not know
    /// it: see [untrusted clients choose tenants](TenantPolicy).
    ///
    /// # Errors
    ///
    /// [`PolicyError`] with the first invalid pattern, or if no pattern is given.
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
            let (text, is_suffix) =
                pattern.strip_prefix("*.").map_or((pattern, false), |suffix| (suffix, true));
            let host = Host::parse(text)
                .map_err(|problem| PolicyError::Pattern { pattern: pattern.to_owned(), problem })?;
            if host.port().is_some() || text.ends_with(':') {
                return Err(PolicyError::Port { pattern: pattern.to_owned() });
            }
            if !is_suffix {
                exact.insert(host.name);
            } else if is_address(host.name.as_str()) {
                return Err(PolicyError::Address { pattern: pattern.to_owned() });
            } else {
                suffixes.push(format!(".{}", host.name));
            }
        }
        if exact.is_empty() && suffixes.is_empty() {
            return Err(PolicyError::Empty);
        }
        Ok(Self::new(ServedHosts::Named { exact, suffixes }))
    }

    /// Serves every host, each with its own tenant.
    ///
    /// Use it for development, or when a proxy passes on only known hosts. Otherwise untrusted
    /// clients can create tenants up to the store's limit.
    ///
    /// ```
    /// let policy = kv_http::TenantPolicy::any_host();
    /// ```
    pub fn any_host() -> Self {
        Self::new(ServedHosts::Any)
    }

    /// Serves the hosts for which a function returns a tenant. For any other host, the response is
    /// 421 `unknown-host`. The function is called for every request, so it must not block.
    ///
    /// It can serve only the tenants that the application knows:
    ///
    /// ```
    /// use kv_core::TenantId;
    /// use kv_http::TenantPolicy;
    /// use std::collections::HashSet;
    /// use std::sync::{Arc, RwLock};
    ///
    /// // Filled at start, and updated when a customer is added or removed.
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
    /// It can map several hosts to one tenant:
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
        Self::new(ServedHosts::Resolved(Arc::new(resolve)))
    }

    fn new(hosts: ServedHosts) -> Self {
        Self { hosts, proxies: HashSet::new() }
    }

    /// Reads the host from `X-Forwarded-Host` if the connection comes from this address.
    ///
    /// Use it for a proxy that does not pass on `Host` and sets `X-Forwarded-Host` itself. The
    /// proxy's own `Host` is then ignored. Several proxies can be named with several calls.
    ///
    /// The address of a connection is known if the router is served with
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

    /// Returns the host of a request and its tenant.
    pub(crate) fn host_and_tenant<'r>(&self, parts: &'r Parts) -> Result<(Host<'r>, TenantId), Problem> {
        // A proxy that sends `X-Forwarded-Host` may put any name into `Host`, such as its
        // upstream's.
        let host = match self.forwarded_host(parts)? {
            Some(host) => host,
            None => Host::from_request(parts)?,
        };
        let tenant = match &self.hosts {
            ServedHosts::Any => Some(host.name.clone()),
            ServedHosts::Named { exact, suffixes } => {
                let name = host.name.as_str();
                let is_served =
                    exact.contains(&host.name) || suffixes.iter().any(|suffix| name.ends_with(suffix));
                is_served.then(|| host.name.clone())
            }
            ServedHosts::Resolved(resolve) => resolve(&host.name),
        };
        let tenant = tenant.ok_or_else(|| Problem::unknown_host(&host.name))?;
        Ok((host, tenant))
    }

    /// Returns the host in `X-Forwarded-Host` if the request comes from a named proxy.
    fn forwarded_host<'r>(&self, parts: &'r Parts) -> Result<Option<Host<'r>>, Problem> {
        match parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            Some(ConnectInfo(peer)) if self.proxies.contains(&peer.ip().to_canonical()) => {
                Host::from_header(&parts.headers, &HeaderName::from_static("x-forwarded-host"))
            }
            _ => Ok(None),
        }
    }
}

impl fmt::Debug for TenantPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: &dyn fmt::Debug = match &self.hosts {
            ServedHosts::Any => &"any",
            ServedHosts::Named { exact, suffixes } => &(exact, suffixes),
            ServedHosts::Resolved(_) => &"resolved",
        };
        f.debug_struct("TenantPolicy").field("hosts", hosts).field("proxies", &self.proxies).finish()
    }
}

/// Returns whether a host is an IP address. Browsers parse every name that ends in a number as one.
///
/// Source: the URL standard, "ends in a number checker".
fn is_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = |digits: &str, is_digit: fn(&u8) -> bool| digits.as_bytes().iter().all(is_digit);
    host.starts_with('[')
        || is_number(last, u8::is_ascii_digit)
        || last.strip_prefix("0x").is_some_and(|digits| is_number(digits, u8::is_ascii_hexdigit))
}

/// Why [`TenantPolicy::hosts`] failed.
///
/// ```
/// use kv_http::{PolicyError, TenantPolicy};
///
/// let refused = TenantPolicy::hosts(["acme.example:8080"]).unwrap_err();
/// assert!(matches!(refused, PolicyError::Port { .. }));
/// assert_eq!(
///     refused.to_string(),
///     "the pattern \"acme.example:8080\" has a port: remove it, all ports of a host share one tenant"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// No pattern is given.
    #[error("no hosts are given: name the hosts to serve, such as \"acme.example\" or \"*.acme.example\"")]
    Empty,
    /// A pattern is not a host.
    #[error("{pattern:?} is not a host pattern: {problem}; give a host, or `*.` and a host")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why its host is invalid.
        problem: TenantError,
    },
    /// A pattern names the subdomains of an address, which has none.
    #[error(
        "the pattern {pattern:?} has `*.` before an address, which has no subdomains: name the address itself"
    )]
    Address {
        /// The pattern.
        pattern: String,
    },
    /// A pattern has a port. Tenants do not depend on ports.
    #[error("the pattern {pattern:?} has a port: remove it, all ports of a host share one tenant")]
    Port {
        /// The pattern.
        pattern: String,
    },
}
