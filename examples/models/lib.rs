//! The stored types of the examples.

pub mod storage;
