//! Tests of the generated code.

mod fidelity;
mod golden;
mod injection;
mod interpreter;
mod naming;
mod unsupported;
mod writing;
