//! The types of a store over HTTP.
//!
//! A [`Catalog`](kv_core::Catalog) says which types the outside may reach; [`KvHttp`] makes a router of it, with no further line
//! about any type:
//!
//! ```
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
//! let kv = KvStore::new();
//! let catalog = Catalog::builder().expose::<CursorPosition>(Access::ReadWrite).build()?;
//! let policy = TenantPolicy::hosts(["acme.example", "*.acme.example"])?;
//! let app: axum::Router = KvHttp::new(kv, catalog, policy).router();
//! // let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! // axum::serve(listener, app).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
//! | `GET /kv/stats`, `POST /kv/cleanup` | counts; the removal of what has expired |
//!
//! Where a route takes a key, it may stand in the path instead: `/kv/get/{type}/{key}`.
//!
//! **What it checks**: the host (one, well-formed, named by the [`TenantPolicy`]), the page that asks (a browser's request comes
//! from the tenant's own pages, or from an [origin](KvHttp::allow_origin) that is allowed), the type and its access, the
//! schema that a client was generated for, every byte of keys, queries and bodies, and the rules of values. What is refused
//! changes nothing, and is told of as `application/problem+json` with a code and, for values, the JSON pointer of
//! each violation.
//!
//! **What it does not**: it knows no users. Whoever reaches the host may do what the catalog allows. TLS, compression, rate
//! limits, and the time that the head of a request may take (`axum::serve` sets none) are those of the server and proxy around
//! it.
//!
//! In reading order: `router` ([`KvHttp`]); `service` (a request's way); `tenant` ([`TenantPolicy`]), `origin` (whose
//! page asks), `route` and `query` (what is asked), `served` (types), `schema`, `condition` and `ttl` (how), `body` and `decode`;
//! `operation` and `batch` (what is done); `answer` and `problem` (what is said).

mod answer;
mod batch;
mod body;
mod condition;
mod decode;
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
