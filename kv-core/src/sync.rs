//! Locks, atomics and threads. The rest of the crate uses no others.
//!
//! They are those of the [system], or, if the crate is built with `--cfg shuttle`, those of a
//! [model] checker, which decides at each use which thread continues (`tests/schedules`).

#[cfg(shuttle)]
mod model;
#[cfg(not(shuttle))]
mod system;

#[cfg(shuttle)]
pub(crate) use model::*;
#[cfg(not(shuttle))]
pub(crate) use system::*;

/// Returns a bound on the size of a batch or a buffer. The bound is smaller in the model, where a
/// few entries must reach it.
pub(crate) const fn bound(usual: usize, in_model: usize) -> usize {
    if cfg!(shuttle) { in_model } else { usual }
}
