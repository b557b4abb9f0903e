//! What the programs here share: [`counting`] what is requested of the allocator, [`random`] numbers, and [`svg`], of
//! which charts are made.

pub mod counting;
pub mod random;
pub mod svg;
