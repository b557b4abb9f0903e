//! The promises of the store, one module per topic.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests state their promise in their names"
)]

mod atomicity;
mod bad_input;
mod catalog;
mod conditions;
#[cfg(feature = "json")]
mod decode;
#[cfg(feature = "json")]
mod decode_rules;
#[cfg(all(feature = "json", feature = "rust_decimal", feature = "time"))]
mod decode_strict;
#[cfg(feature = "json")]
mod engine;
mod eviction;
mod expiry;
mod flight;
mod isolation;
mod limits;
#[cfg(feature = "metrics")]
mod metrics;
mod model;
#[cfg(feature = "json")]
mod opaque;
#[cfg(feature = "json")]
mod probe;
mod scan;
#[cfg(feature = "json")]
mod schema_less;
#[cfg(feature = "json")]
mod stack;
#[cfg(feature = "tracing")]
mod tracing;
mod ttl;
mod versions;
mod watch;
mod watch_end;
mod watch_resume;
mod watch_waking;

use kv_core::{Expiry, KvStore, KvType, ManualClock, TenantStore, TypedStore};
use std::time::Duration;

/// A type without a time to live of its own.
#[derive(Clone, Debug, PartialEq, KvType)]
struct Note {
    text: String,
}

/// A type with a time to live of 30 s.
#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(ttl = "30s")]
struct Cursor {
    x: i32,
    #[kv(len(min = 1, max = 8))]
    user: String,
}

/// A type with a float, which must be finite.
#[derive(Clone, Debug, PartialEq, KvType)]
struct Viewport {
    scroll_y: f64,
}

fn note(text: &str) -> Note {
    Note { text: text.to_owned() }
}

fn cursor(x: i32) -> Cursor {
    Cursor { x, user: "ada".to_owned() }
}

/// Creates a tenant of a store with manual expiry and a manual clock.
fn given_a_tenant() -> (ManualClock, TenantStore) {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    (clock, kv.tenant("acme.example").unwrap())
}

fn given_notes() -> TypedStore<Note> {
    given_a_tenant().1.typed()
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}
