//! What a tenant's entries take, and whether there is room for more.

use crate::limits::{Limit, Limits};
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

/// The entries and bytes of one tenant, over all its collections.
///
/// It is changed under a collection's lock, so that what it says of that collection is exact; collections of one
/// tenant meet in two atomics, touched only when a size changes.
pub(super) struct Usage {
    limits: Limits,
    entries: AtomicUsize,
    bytes: AtomicUsize,
    watchers: AtomicUsize,
    /// How many tenants of the store have entries.
    occupied: Arc<AtomicUsize>,
    /// Held while the first entry comes or the last one goes, so that `occupied` counts this tenant once.
    turning: Mutex<()>,
}

/// A number of entries and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

impl Size {
    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        let bytes = self.bytes.saturating_add(other.bytes);
        Self { entries: self.entries + other.entries, bytes }
    }
}

/// There is no room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Full {
    pub(crate) limit: Limit,
    pub(crate) allowed: usize,
}

impl Usage {
    pub(super) fn new(limits: Limits, occupied: Arc<AtomicUsize>) -> Self {
        // A collection has as many places.
        let limits =
            Limits { entries_per_tenant: limits.entries_per_tenant.min(u32::MAX as usize), ..limits };
        let zero = AtomicUsize::default;
        Self { limits, entries: zero(), bytes: zero(), watchers: zero(), occupied, turning: Mutex::new(()) }
    }

    /// How many entries there are, due ones included.
    pub(super) fn entries(&self) -> usize {
        self.entries.load(Ordering::Relaxed)
    }

    /// Takes room for `added` in place of `removed`; without room, nothing changes.
    #[inline]
    pub(super) fn exchange(&self, removed: Size, added: Size) -> Result<(), Full> {
        if removed == added { Ok(()) } else { self.exchange_other(removed, added) }
    }

    fn exchange_other(&self, removed: Size, added: Size) -> Result<(), Full> {
        let more_entries = added.entries.saturating_sub(removed.entries);
        let more_bytes = added.bytes.saturating_sub(removed.bytes);
        // Bytes first: they concern this tenant alone, while its first entry counts among the tenants.
        self.add_bytes(more_bytes)?;
        if let Err(full) = self.add_entries(more_entries) {
            self.bytes.fetch_sub(more_bytes, Ordering::Relaxed);
            return Err(full);
        }
        self.release(Size {
            entries: removed.entries.saturating_sub(added.entries),
            bytes: removed.bytes.saturating_sub(added.bytes),
        });
        Ok(())
    }

    /// Gives room back.
    pub(super) fn release(&self, size: Size) {
        self.remove_entries(size.entries);
        self.bytes.fetch_sub(size.bytes, Ordering::Relaxed);
    }

    /// Takes room for one who watches.
    pub(super) fn add_watcher(&self) -> Result<(), Full> {
        let allowed = self.limits.watchers;
        grow(&self.watchers, 1, allowed).map_err(|()| Full { limit: Limit::Watchers, allowed })
    }

    /// Gives that room back.
    pub(super) fn remove_watcher(&self) {
        self.watchers.fetch_sub(1, Ordering::Relaxed);
    }

    fn add_bytes(&self, more: usize) -> Result<(), Full> {
        let allowed = self.limits.bytes_per_tenant;
        grow(&self.bytes, more, allowed).map_err(|()| Full { limit: Limit::BytesPerTenant, allowed })
    }

    fn add_entries(&self, more: usize) -> Result<(), Full> {
        if more == 0 {
            return Ok(());
        }
        let allowed = self.limits.entries_per_tenant;
        let full = |()| Full { limit: Limit::EntriesPerTenant, allowed };
        if self.change_entries(
            |entries| entries != 0,
            |entries| entries.checked_add(more).filter(|n| *n <= allowed),
        ) {
            return Ok(());
        }
        let _turning = self.turning.lock();
        if self.entries() != 0 {
            return grow(&self.entries, more, allowed).map_err(full);
        }
        // The tenant first: nobody else adds entries until there is one.
        let tenants = self.limits.tenants;
        grow(&self.occupied, 1, tenants).map_err(|()| Full { limit: Limit::Tenants, allowed: tenants })?;
        grow(&self.entries, more, allowed).map_err(|()| {
            self.occupied.fetch_sub(1, Ordering::Relaxed);
            full(())
        })
    }

    fn remove_entries(&self, fewer: usize) {
        if fewer == 0
            || self.change_entries(|entries| entries != fewer, |entries| Some(entries.saturating_sub(fewer)))
        {
            return;
        }
        let _turning = self.turning.lock();
        if self.entries.fetch_sub(fewer, Ordering::Relaxed) == fewer {
            self.occupied.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Changes the number of entries as long as that neither makes it leave zero nor reach it.
    fn change_entries(&self, stays: impl Fn(usize) -> bool, to: impl Fn(usize) -> Option<usize>) -> bool {
        let change = |entries| if stays(entries) { to(entries) } else { None };
        self.entries.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

/// Adds to a counter that may not exceed `allowed`.
fn grow(counter: &AtomicUsize, more: usize, allowed: usize) -> Result<(), ()> {
    let grown = |n: usize| if more == 0 { Some(n) } else { n.checked_add(more).filter(|n| *n <= allowed) };
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).map(drop).map_err(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: usize) -> Size {
        Size { entries: 1, bytes }
    }

    #[test]
    fn room_is_taken_whole_or_not_at_all() {
        let limits = Limits::unlimited().entries_per_tenant(2).bytes_per_tenant(100);
        let usage = Usage::new(limits, Arc::default());
        usage.exchange(Size::default(), one(60)).unwrap();
        let full = usage.exchange(Size::default(), one(41)).unwrap_err();
        assert_eq!(full, Full { limit: Limit::BytesPerTenant, allowed: 100 });
        assert_eq!(usage.entries(), 1);
        usage.exchange(Size::default(), one(40)).unwrap();
        let full = usage.exchange(Size::default(), one(0)).unwrap_err();
        assert_eq!(full, Full { limit: Limit::EntriesPerTenant, allowed: 2 });
        usage.exchange(one(40), one(20)).unwrap();
        assert!(usage.exchange(Size::default(), one(20)).is_err());
        usage.exchange(one(20), one(40)).expect("the bytes were given back");
        usage.exchange(one(60), one(10)).unwrap();
        usage.exchange(one(10), one(60)).unwrap();
        assert!(usage.exchange(one(60), one(61)).is_err());
        usage.release(Size { entries: 2, bytes: 100 });
        assert_eq!((usage.entries(), usage.bytes.load(Ordering::Relaxed)), (0, 0));
    }

    #[test]
    fn tenants_are_counted_while_they_have_entries() {
        let occupied = Arc::new(AtomicUsize::new(0));
        let tenant = || Usage::new(Limits::unlimited().tenants(1), Arc::clone(&occupied));
        let (a, b) = (tenant(), tenant());
        a.exchange(Size::default(), one(1)).unwrap();
        a.exchange(Size::default(), one(1)).unwrap();
        let full = b.exchange(Size::default(), one(1)).unwrap_err();
        assert_eq!((full.limit, b.entries()), (Limit::Tenants, 0));
        a.release(one(1));
        assert!(b.exchange(Size::default(), one(1)).is_err());
        a.release(one(1));
        b.exchange(Size::default(), one(1)).unwrap();
        assert_eq!(occupied.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn first_and_last_entries_of_many_threads_count_their_tenant_once() {
        let occupied = Arc::new(AtomicUsize::new(0));
        let usage = Usage::new(Limits::unlimited().entries_per_tenant(3), Arc::clone(&occupied));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        if usage.exchange(Size::default(), one(1)).is_ok() {
                            usage.release(one(1));
                        }
                    }
                });
            }
        });
        assert_eq!((usage.entries(), occupied.load(Ordering::Relaxed)), (0, 0));
    }
}
