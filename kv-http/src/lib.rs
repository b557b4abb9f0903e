//! The HTTP interface of a typed key-value store.
//!
//! A [`Catalog`](kv_core::Catalog) lists the types that clients can reach, and [`KvHttp`] builds a
//! router for them. A complete program, which depends on `kv-core`, `kv-http`, `axum`, `serde`
//! (with `derive`) and `tokio` (with `macros` and `rt-multi-thread`):
//!
//! ```no_run
//! use kv_core::{Access, Catalog, KvStore, KvType};
//! use kv_http::{KvHttp, TenantPolicy};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, KvType)]
//! #[kv(ttl = "30s")]
//! struct CursorPosition {
//!     x: i32,
//!     y: i32,
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let kv = KvStore::new();
//!     let catalog = Catalog::builder().expose::<CursorPosition>(Access::ReadWrite).build()?;
//!     // The hosts by which browsers reach this server. All others are refused.
//!     let policy = TenantPolicy::hosts(["localhost", "acme.example", "*.acme.example"])?;
//!     let app: axum::Router = KvHttp::new(kv.clone(), catalog, policy).router();
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! An entry that a client sets is the entry that the program reads with
//! `kv.tenant("localhost")?.get::<CursorPosition>("user:7")`:
//!
//! ```console
//! $ curl -H 'Content-Type: application/json' -d '{"x":3,"y":4}' \
//!     'http://localhost:3000/kv/set/CursorPosition?key=user:7'
//! {"success":true,"version":"1795408841252906","expires_at":1795408871252}
//! $ curl 'http://localhost:3000/kv/get/CursorPosition?key=user:7'
//! {"found":true,"key":"user:7","type":"CursorPosition","value":{"x":3,"y":4},"version":"1795408841252906",…}
//! ```
//!
//! Each route reads and writes the tenant of the request's host:
//!
//! | route | |
//! |---|---|
//! | `GET /kv/get/{type}?key=` | returns an entry |
//! | `POST /kv/set/{type}?key=` | writes an entry, with `ttl_ms=`, `If-Match`, `If-None-Match` |
//! | `DELETE /kv/delete/{type}?key=`, or `POST` | removes an entry |
//! | `GET /kv/list/{type}?prefix=` | returns a page of entries, with `limit=`, `after=` |
//! | `GET /kv/list?full_prefix=`, `GET /kv/list/{full_prefix}` | returns a page of entries of all types |
//! | `POST /kv/batch` | runs up to 100 gets, sets, deletes and lists |
//! | `GET /kv/stats` | returns the numbers of keys and bytes |
//! | `POST /kv/cleanup` | removes up to 4,096 expired entries |
//!
//! Instead of `?key=`, the key can be in the path: `/kv/get/{type}/{key}`.
//!
//! **Checked**: the host (a single, well-formed one that the [`TenantPolicy`] names), the page that
//! sends the request (of the tenant's own site or of an [allowed origin](KvHttp::allow_origin)),
//! the type and its access, the schema for which the client was generated, the syntax of keys,
//! queries and bodies, and the rules of values. A refused request changes nothing. Its response is
//! `application/problem+json` with a code and, for values, the JSON pointer of each violation.
//!
//! **Not checked**: the identity of the user. Any client that reaches the host may do what the
//! catalog allows. TLS, compression, rate limits and the time in which the head of a request must
//! arrive (`axum::serve` sets none) are left to the server and the proxy.
//!
//! # Serving
//!
//! The router requires a tokio runtime with time enabled, such as the one of `axum::serve`. It can
//! be merged with the application's own routes, nested under a path, and wrapped in layers. A
//! deployment may also need:
//!
//! - **A limit for slow readers, and no delay of small packets.** Neither hyper nor `axum::serve`
//!   closes the connection of a client that stops reading, and its response stays in memory until
//!   the client disconnects. A wrapper of the crate `tokio-io-timeout` closes connections whose
//!   writes make no progress. Nagle's algorithm is on by default: the end of a response of several
//!   packets may wait until the client acknowledges the earlier ones.
//!
//!   ```no_run
//!   use axum::serve::Listener;
//!   use std::net::SocketAddr;
//!   use std::pin::Pin;
//!   use std::time::Duration;
//!   use tokio::net::{TcpListener, TcpStream};
//!   use tokio_io_timeout::TimeoutStream;
//!
//!   /// Closes connections whose client has stopped reading.
//!   struct WriteTimeout(TcpListener);
//!
//!   impl Listener for WriteTimeout {
//!       type Io = Pin<Box<TimeoutStream<TcpStream>>>;
//!       type Addr = SocketAddr;
//!
//!       async fn accept(&mut self) -> (Self::Io, SocketAddr) {
//!           let (connection, address) = Listener::accept(&mut self.0).await;
//!           // A failure makes responses slower, not wrong.
//!           let _ = connection.set_nodelay(true);
//!           let mut connection = TimeoutStream::new(connection);
//!           connection.set_write_timeout(Some(Duration::from_secs(30)));
//!           (Box::pin(connection), address)
//!       }
//!
//!       fn local_addr(&self) -> std::io::Result<SocketAddr> {
//!           self.0.local_addr()
//!       }
//!   }
//!
//!   # async fn serve(app: axum::Router) -> std::io::Result<()> {
//!   let listener = TcpListener::bind("127.0.0.1:3000").await?;
//!   axum::serve(WriteTimeout(listener), app).await
//!   # }
//!   ```
//!
//!   The timeout does not close the connection of a client that reads slowly. The memory of all
//!   responses is limited by [`Limits::in_flight_bytes`].
//!
//! - **Graceful shutdown.** [`Shutdown`] answers new requests with 503 while `axum::serve`
//!   completes the requests that have started.
//! - **The address of a proxy**, only for [`TenantPolicy::behind_proxy`]: serve the router with
//!   [`into_make_service_with_connect_info::<SocketAddr>()`](axum::Router::into_make_service_with_connect_info).
//! - **A limit for slow heads**, unless a proxy sets one: `axum::serve` waits indefinitely. Serve
//!   the connections with hyper-util (features `http1`, `server`, `service` and `tokio`). Its limit
//!   also closes connections that are idle for that time:
//!
//!   ```no_run
//!   use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
//!   use hyper_util::server::conn::auto::Builder;
//!   use hyper_util::service::TowerToHyperService;
//!   use std::time::Duration;
//!   use tokio_io_timeout::TimeoutStream;
//!
//!   # async fn serve(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
//!   let mut server = Builder::new(TokioExecutor::new());
//!   server.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(30));
//!   loop {
//!       // Either this connection failed, or the process is out of file descriptors for now.
//!       let Ok((connection, _)) = listener.accept().await else {
//!           tokio::time::sleep(Duration::from_millis(100)).await;
//!           continue;
//!       };
//!       let _ = connection.set_nodelay(true);
//!       let mut connection = TimeoutStream::new(connection);
//!       connection.set_write_timeout(Some(Duration::from_secs(30)));
//!       let (server, app) = (server.clone(), TowerToHyperService::new(app.clone()));
//!       tokio::spawn(async move {
//!           // With upgrades, for WebSockets. An error concerns only this connection.
//!           let _ = server.serve_connection_with_upgrades(TokioIo::new(Box::pin(connection)), app).await;
//!       });
//!   }
//!   # }
//!   ```
//!
//! # Compressing proxies
//!
//! An `ETag` is the entry's version in quotation marks. Proxies change it when they compress a
//! response: `"17"` becomes `W/"17"` (nginx) or `"17-gzip"` (Apache). `If-None-Match` matches all
//! of these, so reads are still answered with 304. Writes require the unchanged version: `If-Match`
//! with a changed tag is 400 `invalid-query`. Clients then send the `version` of the entry in
//! quotation marks.
//!
//! Modules in reading order: `router` builds the router ([`KvHttp`]), and `service` handles a
//! request. `host` normalizes its host, and `tenant_policy` maps the host to a tenant
//! ([`TenantPolicy`]). `origin` checks the page that sent it. `route`, `query`, `exposed_types`,
//! `client_schema`, `condition`, `ttl` and `body` parse its parts. `operation` and `batch` run it.
//! `response`, `problem` and `json_writer` write the response, and `in_flight` counts its bytes.

mod batch;
mod body;
mod catch_panic;
mod client_schema;
mod condition;
mod exposed_types;
mod host;
mod in_flight;
mod json_writer;
mod limits;
mod operation;
mod origin;
mod problem;
mod query;
mod response;
mod route;
mod router;
mod service;
mod shutdown;
mod tenant_policy;
mod ttl;

pub use limits::Limits;
pub use router::KvHttp;
pub use shutdown::Shutdown;
pub use tenant_policy::{PolicyError, TenantPolicy};
