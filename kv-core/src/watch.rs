//! [`Watch`]: a snapshot, then every change.

use crate::events;
use crate::handle::CollectionHandle;
use crate::memory::{
    ClockReading, Collection, Coverage, PageQuery, ReadLimit, Tenant, block_on, block_on_until,
};
use crate::sync::{Mutex, bound};
use crate::{Entry, Error, KvType, TenantId, Version};
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

/// What a [`Watch`] tells of.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum Change<T> {
    /// What is known so far is void: every entry that is there follows.
    Reset,
    /// An entry is there, or has another value.
    Set(Entry<T>),
    /// An entry was deleted.
    Deleted {
        /// The entry's key.
        key: Arc<str>,
        /// The deletion's version.
        version: Version,
    },
    /// An entry's time to live was over.
    Expired {
        /// The entry's key.
        key: Arc<str>,
        /// The removal's version.
        version: Version,
    },
    /// An entry made way for others, since its type has `max_entries`.
    Evicted {
        /// The entry's key.
        key: Arc<str>,
        /// The removal's version.
        version: Version,
    },
    /// All that was there at one instant is known; of an entry whose deadline has come, the removal is yet to be told, and its last
    /// write never is.
    Ready,
}

impl<T> Change<T> {
    /// The key that it is about.
    pub fn key(&self) -> Option<&Arc<str>> {
        match self {
            Self::Set(entry) => Some(&entry.key),
            Self::Deleted { key, .. } | Self::Expired { key, .. } | Self::Evicted { key, .. } => Some(key),
            Self::Reset | Self::Ready => None,
        }
    }

    /// Its version.
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Set(Entry { version, .. })
            | Self::Deleted { version, .. }
            | Self::Expired { version, .. }
            | Self::Evicted { version, .. } => Some(*version),
            Self::Reset | Self::Ready => None,
        }
    }
}

// Derived, it would ask for `T: Clone`, and no `T` is cloned here.
impl<T> Clone for Change<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Reset => Self::Reset,
            Self::Ready => Self::Ready,
            Self::Set(entry) => Self::Set(entry.clone()),
            Self::Deleted { key, version } => Self::Deleted { key: Arc::clone(key), version: *version },
            Self::Expired { key, version } => Self::Expired { key: Arc::clone(key), version: *version },
            Self::Evicted { key, version } => Self::Evicted { key: Arc::clone(key), version: *version },
        }
    }
}

/// Tells of the entries under a prefix, and of every change to them. Made by [`TypedStore::watch`] and
/// [`TypedStore::watch_after`].
///
/// It starts with [`Change::Reset`], every living entry as [`Change::Set`], in key order, and [`Change::Ready`]. From then on
/// come the changes, in the order of their versions. The snapshot too is read as it is asked for, and not when the watch is made.
/// Entries that change before `Ready` may show as more than one change; at `Ready`, who applied all changes has what was there
/// at one instant.
///
/// **It is no channel**, and nothing is sent: whoever is slow finds the newest value of each key, not all that were there in
/// between, and costs a writer nothing. A key whose last change is a removal is always told of as removed. Removals are kept
/// for a while (the last 65,536 of a type of a tenant while it is watched, and 512 for those who come back); who is
/// slower than that gets a `Reset` and a new snapshot.
///
/// It ends when the store is gone: it is no handle to it, and of all that the store held it keeps the entries of its type alone.
/// One beyond the limit of watchers ends at once, and [`refused`](Self::refused) says so. Dropping it unsubscribes.
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
#[must_use = "a watch that is dropped tells of nothing"]
pub struct Watch<T: KvType> {
    collection: Arc<Collection<T>>,
    /// Kept, so that the tenant is not forgotten and made anew while it is watched.
    _tenant: Arc<Tenant>,
    tenant_id: TenantId,
    prefix: Arc<str>,
    refused: Option<Error>,
    state: Mutex<State<T>>,
}

struct State<T> {
    stage: Stage,
    /// What was read and not handed out.
    changes: std::vec::IntoIter<Change<T>>,
    /// When it was read.
    #[cfg(feature = "json")]
    read_at: Option<ClockReading>,
    /// Behind the changes comes `Ready`.
    then_ready: bool,
    /// The version to resume from, once there is one.
    seen: Option<u64>,
    /// Whether it has a place that it can lose: it began after a version, or a `Reset` was handed out.
    has_place: bool,
    /// Whether it has been said that no change comes any more.
    has_ended: bool,
    /// That of the stream.
    ticket: Option<u64>,
}

/// What is read next.
enum Stage {
    /// Nothing was: it starts after a version, or from nothing.
    Start { after: Option<u64> },
    /// The entries behind a key.
    Pages(Pages),
    /// The changes up to `Ready`.
    CatchingUp(CatchingUp),
    /// The changes after a version.
    Live { after: u64 },
}

/// How far a snapshot is.
struct Pages {
    /// The version at which it began.
    since: u64,
    newer_than: u64,
    /// Who comes back knows keys that are not there any more, and has been told of them up to this version.
    removals_after: Option<u64>,
    behind: Option<Arc<str>>,
    shown: Vec<Shown>,
}

/// How far it is from the end of a snapshot, or from where somebody has been, to what is there.
struct CatchingUp {
    after: u64,
    /// The version at which the last page was read.
    until: u64,
    /// Removals up to this version have been told.
    removals_after: u64,
    shown: Vec<Shown>,
    rounds: usize,
    /// Whether all that is known was there at one instant.
    is_exact: bool,
}

impl CatchingUp {
    const NEW: Self =
        Self { after: 0, until: 0, removals_after: 0, shown: Vec::new(), rounds: 0, is_exact: true };
}

/// A page showed everything up to a key, or the end, as it was at a version.
struct Shown {
    to: Option<Arc<str>>,
    at: u64,
}

/// How many entries of a snapshot are read at a time.
const PAGE: usize = bound(256, 2);

/// How often changes are read in bounded time before `Ready`.
const PATIENCE: usize = bound(16, 2);

impl<T: KvType> Watch<T> {
    pub(crate) fn new(store: &CollectionHandle<T>, prefix: &str, after: Option<Version>) -> Self {
        let collection = Arc::clone(store.create());
        let full = collection.watch().err();
        let tenant_id = store.tenant().id().clone();
        if let Some(full) = full {
            events::watch_refused(tenant_id.as_str(), T::TYPE_TAG, full.limit.name(), full.allowed);
        }
        Self {
            _tenant: Arc::clone(store.tenant().create()),
            tenant_id,
            prefix: Arc::from(prefix),
            refused: full.map(|full| Error::LimitExceeded { limit: full.limit, allowed: full.allowed }),
            collection,
            state: Mutex::new(State {
                stage: Stage::Start { after: after.map(Version::get) },
                changes: Vec::new().into_iter(),
                #[cfg(feature = "json")]
                read_at: None,
                then_ready: false,
                seen: None,
                has_place: after.is_some(),
                has_ended: false,
                ticket: None,
            }),
        }
    }

    /// Why it tells of nothing: there are more watches than [`Limits::watchers`](crate::Limits::watchers) allows. It has
    /// ended then.
    pub fn refused(&self) -> Option<&Error> {
        self.refused.as_ref()
    }

    /// The version to go on from with [`TypedStore::watch_after`]: all changes up to it have been handed out. `None` before
    /// the first [`Change::Ready`] and after a [`Change::Reset`] until the next.
    pub fn version(&self) -> Option<Version> {
        self.state.lock().seen.map(Version::new)
    }

    /// The next change, if it is there.
    pub fn try_recv(&self) -> Option<Change<T>> {
        if self.refused.is_some() {
            return None;
        }
        let mut now = None;
        loop {
            let mut state = self.state.lock();
            if state.has_ended {
                return None;
            }
            if let Some(change) = state.changes.next() {
                let mut is_lost = false;
                match &change {
                    Change::Reset => {
                        state.seen = None;
                        is_lost = mem::replace(&mut state.has_place, true);
                    }
                    // Before the first `Ready` versions come in the order of keys.
                    _ if state.seen.is_some() => {
                        state.seen = change.version().map(Version::get).or(state.seen);
                    }
                    _ => {}
                }
                drop(state);
                if is_lost {
                    events::watch_reset(self.tenant_id.as_str(), T::TYPE_TAG);
                }
                return Some(change);
            }
            let up_to = state.stage.all_up_to();
            if mem::take(&mut state.then_ready) {
                state.seen = up_to;
                return Some(Change::Ready);
            }
            if state.seen.is_some() {
                state.seen = up_to;
            }
            match now.take() {
                Some(now) => self.read_on(&mut state, now)?,
                None => {
                    drop(state);
                    now = Some(self.collection.read_clock());
                }
            }
        }
    }

    /// Waits for the next change. `None` when there will be none: the store is gone, or the watch was
    /// [refused](Self::refused).
    pub fn recv(&self) -> Option<Change<T>> {
        block_on(self.recv_async())
    }

    /// Waits for the next change, for some time. `None` when there was none.
    pub fn recv_timeout(&self, timeout: Duration) -> Option<Change<T>> {
        match Instant::now().checked_add(timeout) {
            Some(end) => block_on_until(self.recv_async(), end).flatten(),
            None => self.recv(),
        }
    }

    /// Waits for the next change, as [`recv`](Self::recv), without a thread. Nothing is lost when the future is dropped
    /// before it is ready.
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

    /// The changes, each [waited for](Self::recv).
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
        // It may have changed, or ended, before it waited. What ends does not change after.
        let is_over = is_over();
        match self.try_recv() {
            None if !is_over => Poll::Pending,
            None => {
                self.state.lock().has_ended = true;
                Poll::Ready(None)
            }
            change => Poll::Ready(change),
        }
    }

    /// The next change, for one who polls from one place.
    #[cfg(any(feature = "json", feature = "stream"))]
    pub(crate) fn poll_next_change(&self, cx: &mut Context<'_>) -> Poll<Option<Change<T>>> {
        // The ticket is taken for the while, so that no lock is held while the watch is polled.
        let mut ticket = self.state.lock().ticket.take();
        let polled = self.poll(&mut ticket, cx.waker());
        self.state.lock().ticket = ticket;
        polled
    }

    /// When the entry that was handed out last will be gone, by the time of day.
    #[cfg(feature = "json")]
    pub(crate) fn expires_at(&self, entry: &Entry<T>) -> Option<SystemTime> {
        let read_at = self.state.lock().read_at?;
        self.collection.times().of(read_at.deadline(entry.expires_in))
    }

    /// Reads a little further. `None` when there is nothing to be read.
    fn read_on(&self, state: &mut State<T>, now: ClockReading) -> Option<()> {
        let wanted = |key: &str| key.starts_with(&*self.prefix);
        #[cfg(feature = "json")]
        {
            state.read_at = Some(now);
        }
        match mem::replace(&mut state.stage, Stage::Start { after: None }) {
            Stage::Start { after } => {
                let pages = |since, newer_than, removals_after| {
                    Stage::Pages(Pages { since, newer_than, removals_after, behind: None, shown: Vec::new() })
                };
                let (last, known) = self.collection.coverage_after(after.unwrap_or(0));
                state.stage = match after {
                    Some(after) if known == Coverage::All => {
                        Stage::CatchingUp(CatchingUp { after, until: last, ..CatchingUp::NEW })
                    }
                    Some(after) if known == Coverage::Removals => pages(last, after, Some(after)),
                    _ => {
                        state.changes = vec![Change::Reset].into_iter();
                        pages(last, 0, None)
                    }
                };
            }
            Stage::Pages(mut pages) => {
                let page = PageQuery {
                    prefix: &self.prefix,
                    after: pages.behind.as_deref(),
                    descending: false,
                    limit: PAGE,
                    newer_than: pages.newer_than,
                };
                // Removals that it needs may have been forgotten meanwhile. Then it starts from nothing.
                let Some(part) = self.collection.snapshot_page(now, page, pages.removals_after) else {
                    return Some(());
                };
                state.changes = part.changes.into_iter();
                pages.removals_after = pages.removals_after.map(|_| part.removals_up_to);
                let Some((to, at)) = part.page else {
                    state.stage = Stage::Pages(pages);
                    return Some(());
                };
                pages.shown.push(Shown { to: to.clone(), at });
                state.stage = if to.is_some() {
                    Stage::Pages(Pages { behind: to, ..pages })
                } else {
                    let removals_after = pages.removals_after.unwrap_or(0);
                    Stage::CatchingUp(CatchingUp {
                        after: pages.since,
                        until: at,
                        removals_after,
                        shown: pages.shown,
                        ..CatchingUp::NEW
                    })
                };
            }
            Stage::CatchingUp(CatchingUp { after, until, is_exact: true, .. }) if after >= until => {
                state.then_ready = true;
                state.stage = Stage::Live { after };
            }
            Stage::CatchingUp(mut part) => {
                let is_new = |key: &str, version, is_removal| {
                    let is_told = is_removal && version <= part.removals_after;
                    wanted(key) && !is_told && !is_shown(&part.shown, key, version)
                };
                // What is written again while it is read on moves to the end of the log; who never reached that would never
                // know what was there at one instant.
                let most = if part.rounds < PATIENCE { ReadLimit::Bounded } else { ReadLimit::Unbounded };
                if let Some((changes, up_to, is_all)) = self.collection.changes(now, part.after, most, is_new)
                {
                    state.changes = changes.into_iter();
                    (part.after, part.is_exact) = (up_to, is_all);
                    part.rounds += 1;
                    state.stage = Stage::CatchingUp(part);
                }
            }
            Stage::Live { after } => {
                let changes =
                    self.collection.changes(now, after, ReadLimit::Bounded, |key, _, _| wanted(key));
                if let Some((changes, up_to, _)) = changes {
                    state.changes = changes.into_iter();
                    state.stage = Stage::Live { after: up_to };
                    if up_to == after {
                        return None;
                    }
                }
            }
        }
        Some(())
    }
}

/// Whether a page has shown what a key was at a version.
fn is_shown(shown: &[Shown], key: &str, version: u64) -> bool {
    let page = shown.partition_point(|shown| shown.to.as_deref().is_some_and(|to| to < key));
    shown.get(page).is_some_and(|shown| version <= shown.at)
}

impl Stage {
    /// The version up to which all has been read.
    fn all_up_to(&self) -> Option<u64> {
        match self {
            Self::Live { after } => Some(*after),
            _ => None,
        }
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

/// Waits for the next change of a [`Watch`]. Made by [`Watch::recv_async`].
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

/// The changes of a [`Watch`], each waited for. Ends when the watch does.
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
