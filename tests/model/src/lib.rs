//! A sequential model of the store: a sorted map with deadlines, on one thread and one clock.
//!
//! A [`World`] is a store with its model. [`World::apply`] runs an [`Op`] on both and compares the
//! results; [`World::check`] compares all visible state. Drivers generate the operations: random
//! sequences (`kv-core/tests/store/model.rs`) and the inputs of a fuzzer (`fuzz/src/store`).

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this crate is a test: a difference between store and model is a panic"
)]

mod model;
mod op;
mod types;
mod watcher;
mod world;

pub use model::{Numbers, UNLIMITED};
pub use op::{If, Op, TtlOf, Which};
pub use types::TYPES;
pub use world::World;

/// The hosts of the tenants. Operations name a tenant by its index.
pub const HOSTS: [&str; 2] = ["a.example", "b.example"];
