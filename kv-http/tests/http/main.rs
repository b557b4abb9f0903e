//! kv-http over real sockets, a module for each promise.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests state their promise in their names"
)]

mod batch;
mod body;
mod browser;
mod cleanup;
mod conditions;
mod faults;
mod framing;
mod host;
mod keys;
mod list;
mod max_ttl;
mod mounting;
mod noise;
mod server;
mod serving;

mod types;
mod values;
mod wire;

use server::Server;
