//! What is told to the subscriber of `tracing`, with the feature of that name; nothing without it.
//!
//! A subscriber is application code: none of these functions is called under a lock, and each is called when what it tells of is
//! done. Keys and values are never told, nor prefixes of keys: they may be secrets. The crate's documentation has the table.

macro_rules! events {
    ($($(#[$doc:meta])* $level:ident $name:ident($($field:ident: $ty:ty),*) $message:literal;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub(crate) fn $name($($field: $ty),*) {
                #[cfg(feature = "tracing")]
                tell(|| tracing::$level!(target: "kv_core", { $($field),* }, $message));
                #[cfg(not(feature = "tracing"))]
                let _ = ($($field,)*);
            }
        )*
    };
}

events! {
    /// The store's thread has begun.
    trace thread_started() "the expiry thread has started";
    /// The store's thread has nothing left to do.
    trace thread_ended() "the expiry thread has ended";
    /// The system has no thread to give.
    error thread_refused() "the expiry thread could not be started";
    /// The store's thread removed what was due.
    debug swept(tag: &'static str, entries: usize) "removed entries that were due";
    /// Entries made way for others.
    trace evicted(tag: &'static str, entries: usize) "removed entries to make way";
    /// A write went over a limit.
    debug write_refused(tenant: &str, tag: &'static str, limit: &'static str, allowed: usize) "refused a write over a limit";
    /// A watch went over a limit.
    warn watch_refused(tenant: &str, tag: &'static str, limit: &'static str, allowed: usize) "refused a watch over a limit";
    /// A watch was slower than removals are kept, or came back too late.
    debug watch_reset(tenant: &str, tag: &'static str) "a watch lost its place, and starts over with a snapshot";
    /// A tenant's entries were removed on request.
    info tenant_dropped(tenant: &str, entries: usize) "dropped a tenant";
    /// Tenants without entries and handles were forgotten.
    debug tenants_forgotten(tenants: usize) "forgot tenants that had nothing";
    /// Application code panicked where nobody is there to be handed the panic.
    warn panicked(what: &'static str) "went on after a panic";
}

/// Tells an event. A subscriber that panics has had its say on stderr: neither the store's thread nor an operation that is done
/// is to end with it.
#[cfg(feature = "tracing")]
fn tell(event: impl FnOnce()) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(event));
}
