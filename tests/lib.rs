//! Tests across the crates. This library holds what they share, and the documents' code, which runs as doctests.

pub mod needs;
pub mod wire;

/// The README's code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
