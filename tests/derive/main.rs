//! What the derives make of structs and enums.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests state their promise in their names"
)]
#![allow(dead_code, reason = "fields are there for what is derived from them")]

mod crates;
mod foreign;
mod hygiene;
mod key;
mod kv_type;
mod report;
mod rules;
mod schema;
mod token;
mod wire;
mod words;
