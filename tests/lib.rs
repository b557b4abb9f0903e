//! Helpers shared by the tests across crates, and the code of the README as doctests.

pub mod needs;
pub mod wire;

/// Runs the code of the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
