//! [`Shutdown`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells a router that the server is going down. Given by [`KvHttp::shutdown`](crate::KvHttp::shutdown); its clones are one.
///
/// From then on every request is answered with 503, which tells clients and load balancers to go elsewhere, while the server
/// ends the connections that it has.
///
/// ```no_run
/// # async fn serve(http: kv_http::KvHttp, listener: tokio::net::TcpListener) -> std::io::Result<()> {
/// let shutdown = http.shutdown();
/// # async fn sigterm() {}
/// axum::serve(listener, http.router())
///     .with_graceful_shutdown(async move {
///         sigterm().await;
///         shutdown.begin();
///     })
///     .await
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    begun: Arc<AtomicBool>,
}

impl Shutdown {
    /// Refuses requests from now on. Once begun, it does not end.
    ///
    /// ```
    /// let shutdown = kv_http::Shutdown::default();
    /// shutdown.begin();
    /// ```
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Release);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }
}
