//! What the derives make of structs and enums.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests state their promise in their names"
)]

mod hygiene;
mod kv_type;
mod report;
mod schema;
