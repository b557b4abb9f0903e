//! Helpers of the benchmarks: [`counting`] of allocated bytes, [`random`] numbers, and [`svg`]
//! charts.

pub mod counting;
pub mod random;
pub mod svg;
