//! Types of formats that programs exchange, as they are written in Rust, with documents.
//!
//! Every format has a catalog of its own, since some names occur in several formats (`Service`,
//! `Message`, `Content`). The documents are in `documents`: a folder for each format, a file for
//! each document.
//!
//! The derive or the catalog refuses some natural ways to write these types. The types use these
//! instead:
//!
//! - `#[serde(tag = "type")]` on a struct: a field `type` with an enum of one variant
//!   (`FeatureType`).
//! - Untagged `Int(i64)` next to `Float(f64)`: `f64` for both, since JavaScript writes `1.0` as `1`
//!   (`compose::Scalar`).
//! - A map with tuples as keys, which `serde_json` cannot write: a list of structs (`game::Chunk`).
//! - A `u64` beyond 2^53 that JavaScript writes: hexadecimal text (`game::SaveGame`).
//!
//! If one untagged variant has a subset of another variant's members, serde reads the larger variant
//! as the smaller one when a member is wrong. `deny_unknown_fields` prevents that
//! (`json_rpc::ContentChange`).

#![allow(
    missing_docs,
    clippy::struct_field_names,
    reason = "fields and variants have the names of their formats, which document them"
)]
#![allow(clippy::large_enum_variant, reason = "types are written as programs write them")]

pub mod activity_pub;
pub mod chat;
pub mod compose;
pub mod forge;
pub mod game;
pub mod geojson;
pub mod json_rpc;
pub mod kubernetes;

use crate::mutate::{Words, mutate};
use crate::promise::{parse, same_with};
use crate::text;
use arbitrary::{Result, Unstructured};
use kv_core::schema::ty::TypeSchema;
use kv_core::{Access, Catalog, CatalogError};
use serde_json::{Number, Value};

/// A format with its stored types and documents of them.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Name of the module that has the types.
    pub name: &'static str,
    /// Returns the catalog of its stored types.
    pub catalog: fn() -> std::result::Result<Catalog, CatalogError>,
    /// At least one of each stored type.
    pub documents: &'static [Document],
}

/// A document that its type reads, and writes as the same JSON.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Tag of the type.
    pub tag: &'static str,
    /// Name that distinguishes it from other documents of the type.
    pub topic: &'static str,
    /// Text of the document.
    pub json: &'static str,
}

impl Document {
    /// Returns the document with one to three random changes.
    ///
    /// # Errors
    ///
    /// Returns those of the random source.
    pub fn spoiled(&self, schema: &'static TypeSchema, u: &mut Unstructured<'_>) -> Result<Value> {
        let words = Words::of(schema);
        let mut json = parse(self.json);
        for _ in 0..u.int_in_range(1..=3)? {
            mutate(&mut json, &words, u)?;
        }
        Ok(json)
    }
}

macro_rules! formats {
    ($($format:ident: { $($ty:ident: $($topic:literal),*;)* })*) => {
        /// All formats.
        pub const ALL: &[Format] = &[$(
            Format {
                name: stringify!($format),
                catalog: || Catalog::builder()$(.expose::<$format::$ty>(Access::ReadWrite))*.build(),
                documents: &[$($(
                    Document {
                        tag: stringify!($ty),
                        topic: $topic,
                        json: include_str!(concat!(
                            env!("CARGO_MANIFEST_DIR"),
                            "/documents/", stringify!($format), "/", stringify!($ty), "-", $topic, ".json",
                        )),
                    },
                )*)*],
            },
        )*];
    };
}

formats! {
    geojson: { GeoJson: "trail", "lakes", "tracks"; }
    kubernetes: {
        Resource: "deployment", "list", "custom";
        WatchEvent: "modified", "error", "bookmark";
    }
    compose: { ComposeFile: "short", "long"; }
    json_rpc: {
        RpcPayload: "request", "batch", "empty";
        LspMessage: "initialize", "initialized", "change", "diagnostics", "shutdown", "progress", "cancel";
    }
    activity_pub: {
        InboxItem: "create", "undo", "announce", "delete";
        Actor: "person", "relay";
    }
    chat: {
        ChatRequest: "tools", "plain";
        ChatCompletion: "tool-call";
        StreamEvent: "start", "delta", "end", "ping", "error", "appended", "turn", "opened";
    }
    forge: {
        Delivery: "push", "pull-request", "issue", "ping", "star";
        Discussion: "thread";
    }
    game: {
        SaveGame: "dungeon";
        Turn: "all", "none";
    }
}

/// Returns whether two JSON texts are equal, except for the order of members and the spelling of
/// numbers and strings.
///
/// Every number must be the same `f64` or the same integer, independent of the precision with which
/// `serde_json` reads floats.
pub fn same_text(a: &str, b: &str) -> bool {
    let sorted = |json| {
        let mut numbers = text::numbers(json);
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    sorted(a) == sorted(b) && same(&parse(a), &parse(b))
}

/// Returns whether two JSON values are equal. `1` equals `1.0`.
pub fn same(a: &Value, b: &Value) -> bool {
    let equal = |a: &Number, b: &Number| a == b || ((a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64());
    same_with(a, b, &equal)
}
