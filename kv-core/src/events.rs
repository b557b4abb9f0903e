//! The events of the crate `tracing`, with the feature of that name. Without it, these functions do
//! nothing.
//!
//! A subscriber is application code, so these functions are called while no lock is held, after the
//! operation that they report. Events never contain keys, prefixes of keys or values, which may be
//! secret. The crate documentation lists all events.

macro_rules! events {
    ($($(#[$doc:meta])* $level:ident $name:ident($($field:ident: $ty:ty),*) $message:literal;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub(crate) fn $name($($field: $ty),*) {
                #[cfg(feature = "tracing")]
                emit(|| tracing::$level!(target: "kv_core", { $($field),* }, $message));
                #[cfg(not(feature = "tracing"))]
                let _ = ($($field,)*);
            }
        )*
    };
}

events! {
    /// Reports that the store's thread has started.
    trace thread_started() "the expiry thread has started";
    /// Reports that the store's thread has nothing left to do.
    trace thread_ended() "the expiry thread has ended";
    /// Reports that the system refused to start a thread.
    error thread_refused() "the expiry thread could not be started";
    /// Reports that the store's thread removed expired entries.
    debug expired(tag: &'static str, entries: usize) "removed expired entries";
    /// Reports that entries were evicted.
    trace evicted(tag: &'static str, entries: usize) "evicted entries";
    /// Reports that a write exceeded a limit.
    debug write_refused(tenant: &str, tag: &'static str, limit: &'static str, allowed: usize) "refused a write over a limit";
    /// Reports that a watch exceeded a limit.
    warn watch_refused(tenant: &str, tag: &'static str, limit: &'static str, allowed: usize) "refused a watch over a limit";
    /// Reports that a watch fell behind the change log, or resumed too late.
    debug watch_reset(tenant: &str, tag: &'static str) "a watch lost its position and restarts with a snapshot";
    /// Reports that the entries of a tenant were removed on request.
    info tenant_dropped(tenant: &str, entries: usize) "dropped a tenant";
    /// Reports that tenants without entries and handles were forgotten.
    debug tenants_forgotten(tenants: usize) "forgot empty tenants";
    /// Reports that application code panicked where no caller receives the panic.
    warn panicked(what: &'static str) "continued after a panic";
}

/// Emits an event, and stops a panic of the subscriber, which the panic hook has reported: it must
/// not end the store's thread or an operation that is complete.
#[cfg(feature = "tracing")]
fn emit(event: impl FnOnce()) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(event));
}
