//! [`Replay`]: the state machine that decides which changes a watch reads next.
//!
//! | from | transition | when |
//! |---|---|---|
//! | `Start` | `BeginCatchUp` | the change log covers the time since the version to resume after |
//! | `Start` | `BeginSnapshot` | otherwise; after a [`Change::Reset`], unless the log covers the removals |
//! | `Snapshot` | `BeginCatchUp` | the last page has been read |
//! | `CatchUp` | `GoLive` | the changes add up to the entries of one instant |
//! | `Snapshot`, `CatchUp`, `Live` | `Restart` | the log has dropped removals that the watch needs |
//!
//! If the log covers only the removals since the version to resume after, the snapshot returns
//! these and the rows that are newer.

use crate::memory::{ClockReading, Collection, Coverage, PageCursor, ReadLimit};
use crate::sync::bound;
use crate::{Change, KvType};
use std::mem;
use std::sync::Arc;

/// Number of snapshot entries that are read under one lock.
const PAGE: usize = bound(256, 2);

/// Number of bounded reads of the change log in one catch-up. After these the log is read to its
/// end under one lock: keys that are rewritten meanwhile move to the end of the log, which bounded
/// reads might never reach.
const BOUNDED_READS: usize = bound(16, 2);

/// The position of a watch between its start and the end of the change log.
pub(super) struct Replay {
    prefix: Arc<str>,
    stage: Stage,
}

enum Stage {
    /// Nothing has been read. The watch resumes after a version, or starts with a reset.
    Start { after: Option<u64> },
    /// Reads the live entries page by page.
    Snapshot(Snapshot),
    /// Reads the changes that were made during the snapshot, or since the version to resume after.
    CatchUp(CatchUp),
    /// Reads the changes after a version.
    Live { after: u64 },
}

struct Snapshot {
    /// Version at which the snapshot began.
    since: u64,
    pages: PageCursor,
    /// Removals up to this version have been returned. `None` after a reset, when no removal
    /// matters.
    removals_after: Option<u64>,
    read_pages: Vec<PageRead>,
}

/// Records that the entries up to `last_key` (or the end) were read at `version`.
struct PageRead {
    last_key: Option<Arc<str>>,
    version: u64,
}

struct CatchUp {
    /// All changes up to this version have been read.
    after: u64,
    /// The catch-up must reach this version, at which the last page was read.
    until: u64,
    /// Removals up to this version have been returned already.
    removals_after: u64,
    /// The pages of the snapshot, which have returned some of the changes already.
    read_pages: Vec<PageRead>,
    reads: usize,
    /// Whether the last read reached the end of the log, so that the changes add up to one instant.
    is_complete: bool,
}

/// The result of one step.
pub(super) enum Step<T> {
    /// Changes to return, if any. More may follow.
    Changes(Vec<Change<T>>),
    /// The changes so far add up to the entries of one instant.
    Ready,
    /// There is no change to read.
    Idle,
}

impl<T> Step<T> {
    const NOTHING: Self = Self::Changes(Vec::new());
}

enum Transition {
    Stay,
    /// The log has dropped removals that the watch needs. The next step resets the watch.
    Restart,
    BeginSnapshot(Snapshot),
    BeginCatchUp(CatchUp),
    GoLive {
        after: u64,
    },
}

impl Replay {
    /// Creates a replay that resumes after a version, or starts with a reset.
    pub(super) fn new(prefix: Arc<str>, after: Option<u64>) -> Self {
        Self { prefix, stage: Stage::Start { after } }
    }

    /// Returns the version up to which all changes have been read, once the watch is live.
    pub(super) fn complete_up_to(&self) -> Option<u64> {
        match self.stage {
            Stage::Live { after } => Some(after),
            _ => None,
        }
    }

    /// Reads the next changes. Takes the collection's lock once.
    pub(super) fn step<T: KvType>(&mut self, collection: &Collection<T>, reading: ClockReading) -> Step<T> {
        let prefix = &self.prefix;
        let (transition, step) = match &mut self.stage {
            Stage::Start { after } => start(collection, prefix, *after),
            Stage::Snapshot(snapshot) => snapshot.step(collection, reading),
            Stage::CatchUp(catch_up) => catch_up.step(collection, reading, prefix),
            Stage::Live { after } => live(collection, reading, prefix, *after),
        };
        self.stage = match transition {
            Transition::Stay => return step,
            Transition::Restart => Stage::Start { after: None },
            Transition::BeginSnapshot(snapshot) => Stage::Snapshot(snapshot),
            Transition::BeginCatchUp(catch_up) => Stage::CatchUp(catch_up),
            Transition::GoLive { after } => Stage::Live { after },
        };
        step
    }
}

fn start<T: KvType>(
    collection: &Collection<T>,
    prefix: &Arc<str>,
    after: Option<u64>,
) -> (Transition, Step<T>) {
    let (last, coverage) = collection.coverage_after(after.unwrap_or(0));
    let snapshot = |newer_than, removals_after| {
        let pages = PageCursor::new(Arc::clone(prefix)).newer_than(newer_than);
        Transition::BeginSnapshot(Snapshot { since: last, pages, removals_after, read_pages: Vec::new() })
    };
    match (after, coverage) {
        (Some(after), Coverage::All) => {
            (Transition::BeginCatchUp(CatchUp::new(after, last, 0, Vec::new())), Step::NOTHING)
        }
        (Some(after), Coverage::Removals) => (snapshot(after, Some(after)), Step::NOTHING),
        _ => (snapshot(0, None), Step::Changes(vec![Change::Reset])),
    }
}

impl Snapshot {
    fn step<T: KvType>(
        &mut self,
        collection: &Collection<T>,
        reading: ClockReading,
    ) -> (Transition, Step<T>) {
        let Some(part) = collection.snapshot_page(reading, self.pages.query(PAGE), self.removals_after)
        else {
            return (Transition::Restart, Step::NOTHING);
        };
        let step = Step::Changes(part.changes);
        if self.removals_after.is_some() {
            self.removals_after = Some(part.removals_up_to);
        }
        let Some((last_key, version)) = part.page else { return (Transition::Stay, step) };
        self.read_pages.push(PageRead { last_key: last_key.clone(), version });
        self.pages.advance(last_key);
        if !self.pages.is_finished() {
            return (Transition::Stay, step);
        }
        let removals_after = self.removals_after.unwrap_or(0);
        let catch_up = CatchUp::new(self.since, version, removals_after, mem::take(&mut self.read_pages));
        (Transition::BeginCatchUp(catch_up), step)
    }
}

impl CatchUp {
    fn new(after: u64, until: u64, removals_after: u64, read_pages: Vec<PageRead>) -> Self {
        Self { after, until, removals_after, read_pages, reads: 0, is_complete: true }
    }

    fn step<T: KvType>(
        &mut self,
        collection: &Collection<T>,
        reading: ClockReading,
        prefix: &str,
    ) -> (Transition, Step<T>) {
        if self.is_complete && self.after >= self.until {
            return (Transition::GoLive { after: self.after }, Step::Ready);
        }
        let is_new = |key: &str, version, is_removal| {
            let is_returned = is_removal && version <= self.removals_after;
            key.starts_with(prefix) && !is_returned && !is_in_snapshot(&self.read_pages, key, version)
        };
        let limit = if self.reads < BOUNDED_READS { ReadLimit::Bounded } else { ReadLimit::Unbounded };
        let Some((changes, up_to, is_complete)) = collection.changes(reading, self.after, limit, is_new)
        else {
            return (Transition::Restart, Step::NOTHING);
        };
        (self.after, self.is_complete) = (up_to, is_complete);
        self.reads += 1;
        (Transition::Stay, Step::Changes(changes))
    }
}

fn live<T: KvType>(
    collection: &Collection<T>,
    reading: ClockReading,
    prefix: &str,
    after: u64,
) -> (Transition, Step<T>) {
    let wanted = |key: &str, _, _| key.starts_with(prefix);
    match collection.changes(reading, after, ReadLimit::Bounded, wanted) {
        None => (Transition::Restart, Step::NOTHING),
        Some((_, up_to, _)) if up_to == after => (Transition::Stay, Step::Idle),
        Some((changes, up_to, _)) => (Transition::GoLive { after: up_to }, Step::Changes(changes)),
    }
}

/// Returns whether the snapshot has returned a key at this version or a later one.
fn is_in_snapshot(pages: &[PageRead], key: &str, version: u64) -> bool {
    let index = pages.partition_point(|page| page.last_key.as_deref().is_some_and(|last| last < key));
    pages.get(index).is_some_and(|page| version <= page.version)
}
