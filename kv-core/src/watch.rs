//! [`Watch`]: the receiver of a snapshot and of every later change.

mod replay;

use crate::handle::CollectionHandle;
#[cfg(feature = "json")]
use crate::memory::ClockReading;
use crate::memory::{Collection, Tenant, block_on, block_on_until};
use crate::sync::Mutex;
use crate::{Change, Error, KvType, TenantId, Version, events};
use replay::{Replay, Step};
use std::fmt;
use std::future::Future;
use std::iter::FusedIterator;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
#[cfg(feature = "json")]
use std::time::SystemTime;
use std::time::{Duration, Instant};

/// A subscription to the entries under a prefix. Created by [`TypedStore::watch`] and
/// [`TypedStore::watch_after`].
///
/// A watch starts with [`Change::Reset`], every live entry as [`Change::Set`] in key order, and
/// [`Change::Ready`]. After that it returns every change in version order. The snapshot is read
/// page by page as changes are received. An entry that changes before `Ready` may be returned more
/// than once; at `Ready`, a receiver that applied all changes has the entries of one instant.
///
/// **A watch is not a channel.** It reads from the collection's change log when it is polled, so a
/// slow receiver costs a writer nothing and gets the newest value of each key instead of every
/// value. A key whose last change is a removal is always returned as removed. The log keeps the
/// last 65,536 removals of a tenant and type while it is watched, and the last 512 for watchers
/// that return later. A receiver that falls behind further gets a `Reset` and a new snapshot.
///
/// A watch ends when the store is dropped, which it does not keep alive; it only keeps the entries
/// of its own type. A watch beyond the limit of watchers ends at once, and
/// [`refused`](Self::refused) returns the error. Dropping a watch unsubscribes it.
///
/// ```
/// use kv_core::{Change, KvStore, KvType};
///
/// #[derive(Debug, KvType)]
/// struct Cursor {
///     x: i32,
/// }
///
/// let cursors = KvStore::new().tenant("acme.example")?.typed::<Cursor>();
/// cursors.set("user:7", Cursor { x: 1 })?;
/// let watch = cursors.watch("user:");
/// let seen: Vec<_> = watch.into_iter().take(3).collect();
/// assert!(matches!(&seen[..], [Change::Reset, Change::Set(entry), Change::Ready] if entry.value.x == 1));
///
/// let watch = cursors.watch_after("user:", seen[1].version().unwrap());
/// cursors.delete("user:7");
/// assert!(matches!(watch.recv(), Some(Change::Deleted { key, .. }) if &*key == "user:7"));
/// assert_eq!(watch.recv().map(|change| matches!(change, Change::Ready)), Some(true));
/// assert!(watch.try_recv().is_none(), "there is nothing new");
/// # Ok::<(), kv_core::Error>(())
/// ```
///
/// [`TypedStore::watch`]: crate::TypedStore::watch
/// [`TypedStore::watch_after`]: crate::TypedStore::watch_after
#[must_use = "a dropped watch returns no changes"]
pub struct Watch<T: KvType> {
    collection: Arc<Collection<T>>,
    /// Keeps the tenant from being forgotten and created again while it is watched.
    _tenant: Arc<Tenant>,
    tenant_id: TenantId,
    prefix: Arc<str>,
    refused: Option<Error>,
    state: Mutex<WatchState<T>>,
}

struct WatchState<T> {
    replay: Replay,
    /// Changes that were read and not returned yet.
    changes: std::vec::IntoIter<Change<T>>,
    /// Time at which `changes` were read.
    #[cfg(feature = "json")]
    read_at: Option<ClockReading>,
    /// The version to resume after, if there is one.
    version: Option<u64>,
    /// Whether a reset would lose something: the watch resumed after a version, or has returned a
    /// reset before.
    has_position: bool,
    ended: bool,
    /// The ticket with which [`poll_next_change`](Watch::poll_next_change) waits.
    ticket: Option<u64>,
}

impl<T: KvType> Watch<T> {
    pub(crate) fn new(handle: &CollectionHandle<T>, prefix: &str, after: Option<Version>) -> Self {
        let collection = Arc::clone(handle.create());
        let exceeded = collection.watch().err();
        let tenant_id = handle.tenant().id().clone();
        if let Some(full) = exceeded {
            events::watch_refused(tenant_id.as_str(), T::TYPE_TAG, full.limit.name(), full.allowed);
        }
        let prefix = Arc::from(prefix);
        let state = WatchState {
            replay: Replay::new(Arc::clone(&prefix), after.map(Version::get)),
            changes: Vec::new().into_iter(),
            #[cfg(feature = "json")]
            read_at: None,
            version: None,
            has_position: after.is_some(),
            ended: false,
            ticket: None,
        };
        Self {
            collection,
            _tenant: Arc::clone(handle.tenant().create()),
            tenant_id,
            prefix,
            refused: exceeded.map(|full| Error::LimitExceeded { limit: full.limit, allowed: full.allowed }),
            state: Mutex::new(state),
        }
    }

    /// Returns the error of a watch that exceeded [`Limits::watchers`](crate::Limits::watchers).
    /// Such a watch has ended and returns no changes.
    pub fn refused(&self) -> Option<&Error> {
        self.refused.as_ref()
    }

    /// Returns the version to resume after with [`TypedStore::watch_after`]: all changes up to it
    /// have been returned. `None` before the first [`Change::Ready`], and from a [`Change::Reset`]
    /// to the next `Ready`.
    ///
    /// [`TypedStore::watch_after`]: crate::TypedStore::watch_after
    pub fn version(&self) -> Option<Version> {
        self.state.lock().version.map(Version::new)
    }

    /// Returns the next change if there is one, without waiting.
    pub fn try_recv(&self) -> Option<Change<T>> {
        if self.refused.is_some() {
            return None;
        }
        let mut reading = None;
        loop {
            let mut state = self.state.lock();
            if state.ended {
                return None;
            }
            if let Some(change) = state.changes.next() {
                let position_lost = state.track(&change);
                drop(state);
                if position_lost {
                    events::watch_reset(self.tenant_id.as_str(), T::TYPE_TAG);
                }
                return Some(change);
            }
            if state.version.is_some() {
                state.version = state.replay.complete_up_to();
            }
            let Some(now) = reading.take() else {
                // The clock is application code, so no lock is held while it is read.
                drop(state);
                reading = Some(self.collection.read_clock());
                continue;
            };
            #[cfg(feature = "json")]
            {
                state.read_at = Some(now);
            }
            match state.replay.step(&self.collection, now) {
                Step::Changes(changes) => state.changes = changes.into_iter(),
                Step::Ready => {
                    state.version = state.replay.complete_up_to();
                    return Some(Change::Ready);
                }
                Step::Idle => return None,
            }
        }
    }

    /// Waits for the next change. Returns `None` when the watch has ended: the store was dropped,
    /// or the watch was [refused](Self::refused).
    pub fn recv(&self) -> Option<Change<T>> {
        block_on(self.recv_async())
    }

    /// Waits for the next change, but not longer than `timeout`. Returns `None` if there was no
    /// change.
    pub fn recv_timeout(&self, timeout: Duration) -> Option<Change<T>> {
        match Instant::now().checked_add(timeout) {
            Some(end) => block_on_until(self.recv_async(), end).flatten(),
            None => self.recv(),
        }
    }

    /// Waits for the next change like [`recv`](Self::recv), without blocking the thread. Dropping
    /// the future before it completes loses no change.
    ///
    /// ```
    /// use kv_core::{Change, KvType, Watch};
    ///
    /// async fn keys<T: KvType>(watch: Watch<T>) {
    ///     while let Some(change) = watch.recv_async().await {
    ///         if let Change::Set(entry) = change {
    ///             println!("{}", entry.key);
    ///         }
    ///     }
    /// }
    /// ```
    pub fn recv_async(&self) -> Recv<'_, T> {
        Recv { watch: self, ticket: None }
    }

    /// Returns an iterator that [waits](Self::recv) for each change.
    pub fn iter(&self) -> WatchIter<&Self> {
        WatchIter(self)
    }

    fn poll(&self, ticket: &mut Option<u64>, waker: &Waker) -> Poll<Option<Change<T>>> {
        if let Some(change) = self.try_recv() {
            return Poll::Ready(Some(change));
        }
        let is_over = || self.refused.is_some() || self.collection.is_closed();
        if !is_over() {
            self.collection.wait(ticket, &self.prefix, waker);
        }
        // Checked in this order after registering: a change or the end of the store may have come
        // before the registration, and no change comes after the end.
        let is_over = is_over();
        match self.try_recv() {
            None if !is_over => Poll::Pending,
            None => {
                self.state.lock().ended = true;
                Poll::Ready(None)
            }
            change => Poll::Ready(change),
        }
    }

    /// Polls for the next change. The watch keeps one waker for this method, that of the last call.
    #[cfg(any(feature = "json", feature = "stream"))]
    pub(crate) fn poll_next_change(&self, cx: &mut Context<'_>) -> Poll<Option<Change<T>>> {
        // The ticket is taken out, so that no lock is held while the watch is polled.
        let mut ticket = self.state.lock().ticket.take();
        let polled = self.poll(&mut ticket, cx.waker());
        self.state.lock().ticket = ticket;
        polled
    }

    /// Returns the time of day at which the entry returned last expires.
    #[cfg(feature = "json")]
    pub(crate) fn expires_at(&self, entry: &crate::Entry<T>) -> Option<SystemTime> {
        let read_at = self.state.lock().read_at?;
        self.collection.times().of(read_at.deadline(entry.expires_in))
    }
}

impl<T> WatchState<T> {
    /// Records that a change is returned, and returns whether the watch loses its position with it.
    fn track(&mut self, change: &Change<T>) -> bool {
        if matches!(change, Change::Reset) {
            self.version = None;
            return mem::replace(&mut self.has_position, true);
        }
        // Before the first `Ready`, versions come in the order of keys.
        if self.version.is_some() {
            self.version = change.version().map(Version::get).or(self.version);
        }
        false
    }
}

impl<T: KvType> Drop for Watch<T> {
    fn drop(&mut self) {
        if let Some(ticket) = self.state.get_mut().ticket {
            self.collection.leave(ticket);
        }
        if self.refused.is_none() {
            self.collection.unwatch();
        }
    }
}

impl<T: KvType> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("tenant", &self.tenant_id)
            .field("tag", &T::TYPE_TAG)
            .field("prefix", &self.prefix)
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

/// A future of the next change of a [`Watch`]. Created by [`Watch::recv_async`].
#[must_use = "a future does nothing until it is polled"]
pub struct Recv<'w, T: KvType> {
    watch: &'w Watch<T>,
    ticket: Option<u64>,
}

impl<T: KvType> Future for Recv<'_, T> {
    type Output = Option<Change<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.watch.poll(&mut self.ticket, cx.waker())
    }
}

impl<T: KvType> Drop for Recv<'_, T> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.watch.collection.leave(ticket);
        }
    }
}

impl<T: KvType> fmt::Debug for Recv<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recv").field("watch", self.watch).finish_non_exhaustive()
    }
}

/// An iterator that waits for each change of a [`Watch`]. It ends when the watch ends.
#[derive(Debug)]
pub struct WatchIter<W>(W);

impl<T: KvType> IntoIterator for Watch<T> {
    type Item = Change<T>;
    type IntoIter = WatchIter<Self>;

    fn into_iter(self) -> WatchIter<Self> {
        WatchIter(self)
    }
}

impl<'w, T: KvType> IntoIterator for &'w Watch<T> {
    type Item = Change<T>;
    type IntoIter = WatchIter<&'w Watch<T>>;

    fn into_iter(self) -> WatchIter<&'w Watch<T>> {
        WatchIter(self)
    }
}

impl<T: KvType> Iterator for WatchIter<Watch<T>> {
    type Item = Change<T>;

    fn next(&mut self) -> Option<Change<T>> {
        self.0.recv()
    }
}

impl<T: KvType> Iterator for WatchIter<&Watch<T>> {
    type Item = Change<T>;

    fn next(&mut self) -> Option<Change<T>> {
        self.0.recv()
    }
}

impl<T: KvType> FusedIterator for WatchIter<Watch<T>> {}
impl<T: KvType> FusedIterator for WatchIter<&Watch<T>> {}

#[cfg(feature = "stream")]
impl<T: KvType> futures_core::Stream for Watch<T> {
    type Item = Change<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Change<T>>> {
        self.poll_next_change(cx)
    }
}
