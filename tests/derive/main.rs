//! Tests of the code that the derives generate.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests state their promise in their names"
)]
#![allow(dead_code, reason = "some fields are used only by the derives")]

mod crates;
mod field_attributes;
mod foreign;
mod hygiene;
mod key;
mod kv_type;
mod report;
mod rules;
mod schema;
mod token;
mod wire;
