//! [`Shutdown`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A handle that puts a router into shutdown. Returned by
/// [`KvHttp::shutdown`](crate::KvHttp::shutdown). All clones control the same router.
///
/// During shutdown every request is answered with 503, so that clients and load balancers use
/// another server while this one closes its connections.
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
    /// Begins the shutdown. It cannot be undone.
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
