//! The fidelity corpus: types of every shape that `#[derive(KvType)]` and `#[derive(KvField)]` take, and the means to
//! prove that their schemas say exactly what `serde_json` writes and reads.
//!
//! In reading order:
//!
//! - [`types`] are the types, a file a topic; [`visit`] shows them to a [`Visitor`] one by one, with all that is known
//!   of their Rust types, and [`all`] makes a [`Case`] of each, which is data.
//! - [`formats`] are types of well-known formats, written as programs write them, each with documents; they are among those
//!   that `visit` shows.
//! - [`fit`] judges JSON by a schema alone: is it what `serde_json` writes, is it what it reads?
//! - [`make`] makes JSON from a schema alone, in every form that is read.
//! - [`mutate`] spoils JSON a little.
//! - [`promise`] is what a schema promises, as functions of random bytes: the tests of this crate and `fuzz` feed them.
//! - [`strict`] has what kv-core's codecs let pass of that, and the oracle by which they and the schema are held to one verdict.
//! - [`walk`] goes through a schema. [`text`] writes JSON with its members in any order.
//! - [`clashing`] makes catalogs whose names clash.
//!
//! Readers of schemas (emitters, servers) test themselves against the same types.

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
