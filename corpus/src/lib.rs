//! The fidelity corpus: types of every shape that `#[derive(KvType)]` and `#[derive(KvField)]`
//! accept, and checks that their schemas describe exactly what `serde_json` writes and reads.
//!
//! In reading order:
//!
//! - [`types`] has the types, one file for each topic. [`visit`] passes each to a [`Visitor`] as a
//!   Rust type, and [`all`] makes a [`Case`] of each, which is data.
//! - [`formats`] has types of well-known formats, written as programs write them, with documents.
//!   `visit` includes them.
//! - [`fit`] checks JSON against a schema: would `serde_json` write it, and would it read it?
//! - [`make`] generates JSON from a schema, in every form that is read.
//! - [`mutate`] changes JSON slightly.
//! - [`promise`] has the properties of a schema, as functions of random bytes. The tests of this
//!   crate and `fuzz` run them.
//! - [`strict`] compares kv-core's codecs with the schema and with `serde_json`.
//! - [`walk`] visits a schema and the schemas it refers to. [`text`] writes JSON with its members
//!   in any order.
//! - [`clashing`] generates catalogs with name collisions.
//!
//! Other readers of schemas, such as kv-elm, are tested with the same types.

pub mod case;
pub mod clashing;
pub mod fit;
pub mod formats;
pub mod make;
pub mod mutate;
pub mod promise;
pub mod strict;
pub mod text;
pub mod types;
pub mod walk;

pub use case::{Case, Reread, Sample, Subject, Visitor};
pub use types::{all, visit};
