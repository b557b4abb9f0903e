//! [`KvHttp`]: builds the router.

use crate::exposed_types::ExposedTypes;
use crate::limits::Limits;
use crate::origin::AllowedOrigins;
use crate::service::Service;
use crate::shutdown::Shutdown;
use crate::tenant_policy::TenantPolicy;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use kv_core::{Catalog, Engine};
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use tower::service_fn;

/// A builder of the router that serves the types of a catalog.
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
/// // Merge it with the application's own routes, or nest it under a path.
/// let app: axum::Router = axum::Router::new().merge(kv);
/// # Ok::<(), kv_core::CatalogError>(())
/// ```
#[must_use = "call `router` to build the router"]
pub struct KvHttp {
    service: Service,
}

impl KvHttp {
    /// Creates a builder for the types of a catalog and the hosts of a policy. The engine can be a
    /// [`KvStore`](kv_core::KvStore).
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
    /// // The program keeps a handle and writes the entries that clients read.
    /// let kv = KvStore::new();
    /// let http = KvHttp::new(kv.clone(), catalog, TenantPolicy::hosts(["acme.example"])?);
    /// kv.tenant("acme.example")?.set::<Theme>("default", Theme("dark".to_owned()))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(engine: impl Into<Arc<dyn Engine>>, catalog: Catalog, policy: TenantPolicy) -> Self {
        Self {
            service: Service {
                engine: engine.into(),
                types: Arc::new(ExposedTypes::new(catalog)),
                policy,
                origins: AllowedOrigins::default(),
                limits: Limits::default(),
                in_flight: Arc::default(),
                shutdown: Shutdown::default(),
            },
        }
    }

    /// Lets the pages of another origin send the same requests as the tenant's own pages, with
    /// credentials.
    ///
    /// Several origins can be allowed with several calls. The check of requests, the CORS headers
    /// and the preflight use the same list. A CORS layer around the router does not lift the check.
    ///
    /// # Panics
    ///
    /// If the text is not an origin: a scheme, `://`, and a host with an optional port.
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
        assert!(
            is_origin,
            "{origin:?} is not an origin: write it as browsers send it, such as \"https://app.example\""
        );
        self
    }

    /// Sets the limits of requests. The default is [`Limits::default`].
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

    /// Returns a handle that puts the router into [`Shutdown`].
    ///
    /// ```
    /// # use kv_core::{Catalog, KvStore};
    /// # use kv_http::{KvHttp, TenantPolicy};
    /// # let (kv, catalog, policy) = (KvStore::new(), Catalog::builder().build()?, TenantPolicy::any_host());
    /// let http = KvHttp::new(kv, catalog, policy);
    /// let shutdown = http.shutdown();
    /// let router = http.router();
    /// // When the program ends:
    /// shutdown.begin();
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn shutdown(&self) -> Shutdown {
        self.service.shutdown.clone()
    }

    /// Builds the router. All its routes are under `/kv`. It can be merged with any other router,
    /// because it does not set a fallback.
    ///
    /// ```
    /// # use kv_core::{Catalog, KvStore};
    /// # use kv_http::{KvHttp, TenantPolicy};
    /// use axum::Router;
    /// use axum::routing::get;
    ///
    /// # let (kv, catalog, policy) = (KvStore::new(), Catalog::builder().build()?, TenantPolicy::any_host());
    /// let router = KvHttp::new(kv, catalog, policy).router();
    /// // Under `/kv`; with `.nest("/api", router)` instead of `merge`, under `/api/kv`.
    /// let app: Router = Router::new().route("/", get(async || "hello")).merge(router);
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn router(self) -> Router {
        let service = Arc::new(self.service);
        // A service instead of a handler, because axum boxes the future of a handler once more.
        let route = service_fn(move |request: Request<Body>| {
            let service = Arc::clone(&service);
            // Split before the `async` block, so that the future stores the request only once.
            let (parts, body) = request.into_parts();
            async move { Ok::<_, Infallible>(service.handle(&parts, body).await) }
        });
        // `route` parses the rest of the path in its original, percent-encoded form.
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
