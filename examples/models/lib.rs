//! The types that the examples store.

pub mod storage;
