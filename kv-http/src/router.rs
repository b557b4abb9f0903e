//! [`KvHttp`].

use crate::limits::Limits;
use crate::origin::Origins;
use crate::served::Types;
use crate::service::Service;
use crate::shutdown::Shutdown;
use crate::tenant::TenantPolicy;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use kv_core::{Catalog, Engine};
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use tower::service_fn;

/// The types of a catalog over HTTP.
///
/// ```
/// use kv_core::{Catalog, KvStore};
/// use kv_http::{KvHttp, Limits, TenantPolicy};
///
/// let catalog = Catalog::builder().build()?;
/// let kv = KvHttp::new(KvStore::new(), catalog, TenantPolicy::any_host())
///     .allow_origin("https://app.example")
///     .limits(Limits::default().body_bytes(16 << 10))
///     .router();
/// // It merges with the application's own routes, or nests below a path.
/// let app: axum::Router = axum::Router::new().merge(kv);
/// # Ok::<(), kv_core::CatalogError>(())
/// ```
#[must_use = "make a router of it"]
pub struct KvHttp {
    service: Service,
}

impl KvHttp {
    /// Over the types of a catalog, for the hosts of a policy. A [`KvStore`](kv_core::KvStore) is an engine.
    ///
    /// ```
    /// use kv_core::{Access, Catalog, KvStore, KvType};
    /// use kv_http::{KvHttp, TenantPolicy};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize, KvType)]
    /// struct Theme(String);
    ///
    /// let catalog = Catalog::builder().expose::<Theme>(Access::Read).build()?;
    /// // A handle stays with the program, which writes what clients may read.
    /// let kv = KvStore::new();
    /// let http = KvHttp::new(kv.clone(), catalog, TenantPolicy::hosts(["acme.example"])?);
    /// kv.tenant("acme.example")?.set::<Theme>("default", Theme("dark".to_owned()))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a catalog is a handle, and given away in most programs"
    )]
    pub fn new(engine: impl Into<Arc<dyn Engine>>, catalog: Catalog, policy: TenantPolicy) -> Self {
        Self {
            service: Service {
                engine: engine.into(),
                types: Arc::new(Types::of(&catalog)),
                policy,
                origins: Origins::default(),
                limits: Limits::default(),
                in_flight: Arc::default(),
                shutdown: Shutdown::default(),
            },
        }
    }

    /// Lets the pages of another origin do what the tenant's own may, with credentials. More than one may be named. This is the one
    /// list for the check of requests, the CORS headers and the preflight; a CORS layer around the router would not lift the
    /// check.
    ///
    /// # Panics
    ///
    /// When it is no origin: a scheme, `://`, and a host with its port where that is not the scheme's own.
    ///
    /// ```
    /// # use kv_core::{Catalog, KvStore};
    /// # use kv_http::{KvHttp, TenantPolicy};
    /// # let (kv, catalog, policy) = (KvStore::new(), Catalog::builder().build()?, TenantPolicy::any_host());
    /// let http = KvHttp::new(kv, catalog, policy)
    ///     .allow_origin("https://app.example")
    ///     .allow_origin("http://localhost:5173");
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn allow_origin(mut self, origin: impl AsRef<str>) -> Self {
        let origin = origin.as_ref();
        let is_origin = self.service.origins.allow(origin).is_some();
        assert!(is_origin, "{origin:?} is no origin: write it as browsers do, as in \"https://app.example\"");
        self
    }

    /// How much a request may take; [`Limits::default`] by default.
    ///
    /// ```
    /// # use kv_core::{Catalog, KvStore};
    /// # use kv_http::{KvHttp, TenantPolicy};
    /// use kv_http::Limits;
    ///
    /// # let (kv, catalog, policy) = (KvStore::new(), Catalog::builder().build()?, TenantPolicy::any_host());
    /// let http = KvHttp::new(kv, catalog, policy).limits(Limits::default().body_bytes(16 << 10));
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.service.limits = limits;
        self
    }

    /// What tells the router that the server is going down: see [`Shutdown`].
    ///
    /// ```
    /// # use kv_core::{Catalog, KvStore};
    /// # use kv_http::{KvHttp, TenantPolicy};
    /// # let (kv, catalog, policy) = (KvStore::new(), Catalog::builder().build()?, TenantPolicy::any_host());
    /// let http = KvHttp::new(kv, catalog, policy);
    /// let shutdown = http.shutdown();
    /// let router = http.router();
    /// // When the program is told to end:
    /// shutdown.begin();
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn shutdown(&self) -> Shutdown {
        self.service.shutdown.clone()
    }

    /// The router. All its routes are below `/kv`, and it has no fallback, so that it merges with any other.
    ///
    /// ```
    /// # use kv_core::{Catalog, KvStore};
    /// # use kv_http::{KvHttp, TenantPolicy};
    /// use axum::Router;
    /// use axum::routing::get;
    ///
    /// # let (kv, catalog, policy) = (KvStore::new(), Catalog::builder().build()?, TenantPolicy::any_host());
    /// let router = KvHttp::new(kv, catalog, policy).router();
    /// // Below `/kv`; with `.nest("/api", router)` in the place of `merge`, below `/api/kv`.
    /// let app: Router = Router::new().route("/", get(async || "hello")).merge(router);
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn router(self) -> Router {
        let service = Arc::new(self.service);
        // No handler of axum's, which would keep its future in a box of its own.
        let route = service_fn(move |request: Request<Body>| {
            let service = Arc::clone(&service);
            // Each future around another keeps what it is given: of the request there is one copy.
            let (parts, body) = request.into_parts();
            async move { Ok::<_, Infallible>(service.handle(&parts, body).await) }
        });
        // What is below is told apart in `route`, from the path as it was sent.
        Router::new()
            .route_service("/kv", route.clone())
            .route_service("/kv/", route.clone())
            .route_service("/kv/{*rest}", route)
    }
}

impl fmt::Debug for KvHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvHttp")
            .field("types", &self.service.types)
            .field("policy", &self.service.policy)
            .field("origins", &self.service.origins)
            .field("limits", &self.service.limits)
            .finish_non_exhaustive()
    }
}
