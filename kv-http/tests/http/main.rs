//! Tests of kv-http over real sockets. Each module tests one topic.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the names of tests document them"
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
