//! Tests across the crates. This library holds what the documents promise to run: their code, as doctests.

/// The README's code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
