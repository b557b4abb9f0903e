//! Formats that programs exchange, as their types are written in Rust, each with documents.
//!
//! Every format has a catalog of its own, since several of them name the same things (`Service`, `Message`, `Content`).

#![expect(missing_docs, reason = "fields and variants have the names of their formats, which document them")]

pub mod activity_pub;
pub mod chat;
pub mod compose;
pub mod forge;
pub mod game;
pub mod geojson;
pub mod json_rpc;
pub mod kubernetes;
