//! The types of a store over HTTP.
//!
//! A [`Catalog`](kv_core::Catalog) says which types the outside may reach; [`KvHttp`] makes a router of it, with no further line
//! about any type. A whole program, with `kv-core`, `kv-http`, `axum`, `serde` (with `derive`) and `tokio` (with `macros` and
//! `rt-multi-thread`):
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
//!     // Others are refused: name the hosts by which browsers reach this server.
//!     let policy = TenantPolicy::hosts(["localhost", "acme.example", "*.acme.example"])?;
//!     let app: axum::Router = KvHttp::new(kv.clone(), catalog, policy).router();
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! What comes in over HTTP is what `kv.tenant("localhost")?.get::<CursorPosition>("user:7")` sees in the program:
//!
//! ```console
//! $ curl -H 'Content-Type: application/json' -d '{"x":3,"y":4}' \
//!     'http://localhost:3000/kv/set/CursorPosition?key=user:7'
//! {"success":true,"version":"1795408841252906","expires_at":1795408871252}
//! $ curl 'http://localhost:3000/kv/get/CursorPosition?key=user:7'
//! {"found":true,"key":"user:7","type":"CursorPosition","value":{"x":3,"y":4},"version":"1795408841252906",…}
//! ```
//!
//! The routes, each for the tenant that the request's host names:
//!
//! | route | |
//! |---|---|
//! | `GET /kv/get/{type}?key=` | an entry |
//! | `POST /kv/set/{type}?key=` | a write, with `ttl_ms=`, `If-Match`, `If-None-Match` |
//! | `DELETE /kv/delete/{type}?key=`, or `POST` | a removal |
//! | `GET /kv/list/{type}?prefix=` | a page of entries, with `limit=`, `after=` |
//! | `GET /kv/list?full_prefix=`, `GET /kv/list/{full_prefix}` | a page of entries of all types |
//! | `POST /kv/batch` | up to 100 of these |
//! | `GET /kv/stats`, `POST /kv/cleanup` | counts; the removal of up to 4,096 expired entries |
//!
//! Where a route takes a key, it may stand in the path instead: `/kv/get/{type}/{key}`.
//!
//! **What it checks**: the host (one, well-formed, named by the [`TenantPolicy`]), the page that asks (a browser's request comes
//! from the tenant's own pages, or from an [origin](KvHttp::allow_origin) that is allowed), the type and its access, the
//! schema that a client was generated for, every byte of keys, queries and bodies, and the rules of values. What is refused
//! changes nothing, and is answered with `application/problem+json` with a code and, for values, the JSON pointer of
//! each violation.
//!
//! **What it does not**: it knows no users. Whoever reaches the host may do what the catalog allows. TLS, compression, rate
//! limits, and the time that the head of a request may take (`axum::serve` sets none) are those of the server and proxy around
//! it.
//!
//! # Serving
//!
//! The router runs in tokio, with its time enabled, as under `axum::serve`. It merges with an application's own routes, nests below
//! a path, and takes layers, as any router. What a deployment may want besides:
//!
//! - **A limit for slow readers, and no delay of small packets.** Neither hyper nor `axum::serve` gives up a client that stops
//!   reading, and its answer stays in memory as long as it is connected. A wrapper of the crate `tokio-io-timeout` ends a
//!   connection on which a write has made no progress for some time. And Nagle's algorithm, by which the end of an answer
//!   that has several packets may wait for the client to confirm those before, is on unless it is turned off:
//!
//!   ```no_run
//!   use axum::serve::Listener;
//!   use std::net::SocketAddr;
//!   use std::pin::Pin;
//!   use std::time::Duration;
//!   use tokio::net::{TcpListener, TcpStream};
//!   use tokio_io_timeout::TimeoutStream;
//!
//!   /// Ends connections whose client has stopped reading.
//!   struct Impatient(TcpListener);
//!
//!   impl Listener for Impatient {
//!       type Io = Pin<Box<TimeoutStream<TcpStream>>>;
//!       type Addr = SocketAddr;
//!
//!       async fn accept(&mut self) -> (Self::Io, SocketAddr) {
//!           let (connection, address) = Listener::accept(&mut self.0).await;
//!           // Without it, it is slower and not wrong.
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
//!   axum::serve(Impatient(listener), app).await
//!   # }
//!   ```
//!
//!   A client that reads a little now and then is not ended. How much all clients together hold is bounded by
//!   [`Limits::in_flight_bytes`].
//!
//! - **The end of the program.** [`Shutdown`] answers 503 while `axum::serve` finishes what it has begun.
//! - **The address of a proxy**, only for [`TenantPolicy::behind_proxy`]: serve
//!   [`into_make_service_with_connect_info::<SocketAddr>()`](axum::Router::into_make_service_with_connect_info).
//! - **A limit for slow heads**, without a proxy that has one: `axum::serve` waits forever. Serve the connections with hyper-util (its
//!   features `http1`, `server`, `service` and `tokio`), whose limit also ends connections that are idle for as long:
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
//!       // An error is this connection's, or a lack of files that passes.
//!       let Ok((connection, _)) = listener.accept().await else {
//!           tokio::time::sleep(Duration::from_millis(100)).await;
//!           continue;
//!       };
//!       let _ = connection.set_nodelay(true);
//!       let mut connection = TimeoutStream::new(connection);
//!       connection.set_write_timeout(Some(Duration::from_secs(30)));
//!       let (server, app) = (server.clone(), TowerToHyperService::new(app.clone()));
//!       tokio::spawn(async move {
//!           // With upgrades, for WebSockets. What goes wrong with a connection is its client's.
//!           let _ = server.serve_connection_with_upgrades(TokioIo::new(Box::pin(connection)), app).await;
//!       });
//!   }
//!   # }
//!   ```
//!
//! # Compressing proxies
//!
//! An `ETag` is the entry's version in quotation marks. A proxy that compresses changes it: `"17"` becomes `W/"17"` (nginx) or
//! `"17-gzip"` (Apache). `If-None-Match` matches all of these, so that reads are still answered with 304. A write needs the version
//! itself: `If-Match` with a changed tag is 400 `invalid-query`, which says so, and clients send the `version` of the entry in
//! quotation marks instead.
//!
//! In reading order: `router` ([`KvHttp`]); `service` (a request's way); `tenant` ([`TenantPolicy`]), `origin` (whose
//! page asks), `route` and `query` (what is asked), `served` (types), `schema`, `condition` and `ttl` (how), `body` and `decode`;
//! `operation` and `batch` (what is done); `answer` and `problem` (what is said); `in_flight` (how much of it is held).

mod answer;
mod batch;
mod body;
mod condition;
mod decode;
mod in_flight;
mod limits;
mod operation;
mod origin;
mod problem;
mod query;
mod route;
mod router;
mod schema;
mod served;
mod service;
mod shutdown;
mod tenant;
mod ttl;
mod unwind;

pub use limits::Limits;
pub use router::KvHttp;
pub use shutdown::Shutdown;
pub use tenant::{PolicyError, TenantPolicy};
