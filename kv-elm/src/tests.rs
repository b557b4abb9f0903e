//! What is written, held against what is promised.

mod fidelity;
mod golden;
mod injection;
mod naming;
mod refusals;
mod writing;
