//! What threads meet by, in one place: locks, atomics, and threads themselves.
//!
//! They are the [system's](system), or, when the crate is built with `--cfg shuttle`, the stand-ins of a [model] checker,
//! which then decides who goes on at each of them (`tests/schedules`).

#[cfg(shuttle)]
mod model;
#[cfg(not(shuttle))]
mod system;

#[cfg(shuttle)]
pub(crate) use model::*;
#[cfg(not(shuttle))]
pub(crate) use system::*;

/// How many of something are taken at a time, or kept: fewer in the model, where a few entries have to show what many would.
pub(crate) const fn bound(usual: usize, in_model: usize) -> usize {
    if cfg!(shuttle) { in_model } else { usual }
}
