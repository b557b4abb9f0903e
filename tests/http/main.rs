//! The router behind a real socket, asked by clients that are not always polite.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests state their promise in their names"
)]

mod browsers;
mod client;
mod conditions;
mod hosts;
mod json;
mod keys;
mod limits;
mod panics;
mod routes;
mod scenes;
mod server;
mod tenants;
mod ttl;
mod types;
mod values;
