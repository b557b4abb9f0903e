//! [`Log`]: what was written and what was removed, in the order of versions.
//!
//! Of writes there is the last one of each row, so whoever reads sees the newest of every key alone, and there are never more
//! than rows. They are kept while somebody asks. Of removals there are the last ones.

use crate::sync::bound;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How many removals are kept for those who come back, and how many while somebody watches.
const REMOVALS: usize = bound(512, 2);
pub(super) const REMOVALS_WATCHED: usize = bound(65_536, 6);

/// What was written and what was removed, in the order of versions.
pub(super) struct Log {
    writes: Option<Box<Writes>>,
    /// Whether the writes are kept also while nobody watches.
    in_any_case: bool,
    watched: bool,
    removals: VecDeque<Removal>,
    /// Removals up to this version may be missing.
    forgotten: u64,
}

/// The places of the rows that were last written after a version, by the version of that.
struct Writes {
    after: u64,
    places: BTreeMap<u64, u32>,
}

impl Writes {
    fn new(after: u64) -> Self {
        Self { after, places: BTreeMap::new() }
    }
}

/// An entry that is gone.
pub(super) struct Removal {
    pub(super) version: u64,
    pub(super) key: Arc<str>,
    pub(super) cause: Cause,
}

/// Why an entry is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Deleted,
    Expired,
    Evicted,
}

/// Something in the log.
pub(super) enum Logged<'a> {
    Written { version: u64, place: u32 },
    Removed(&'a Removal),
}

impl Log {
    /// A log that starts behind a version.
    pub(super) fn new(after: u64, in_any_case: bool) -> Self {
        let writes = in_any_case.then(|| Box::new(Writes::new(after)));
        Self { writes, in_any_case, watched: false, removals: VecDeque::new(), forgotten: after }
    }

    /// Keeps what comes after a version, which was given last.
    pub(super) fn watch(&mut self, last_version: u64) {
        self.watched = true;
        self.writes.get_or_insert_with(|| Box::new(Writes::new(last_version)));
    }

    /// Keeps what is needed for those who come back, and returns the rest to be dropped, which may take its time.
    pub(super) fn unwatch(&mut self) -> impl Sized + use<> {
        self.watched = false;
        let writes = if self.in_any_case { None } else { self.writes.take() };
        let kept = self.removals.split_off(self.removals.len().saturating_sub(REMOVALS));
        let removals = std::mem::replace(&mut self.removals, kept);
        if let Some(last) = removals.back() {
            self.forgotten = last.version;
        }
        (writes, removals)
    }

    /// The row in a place was written, and had this version before, if any.
    #[inline]
    pub(super) fn written(&mut self, version: u64, place: u32, before: Option<u64>) {
        if let Some(writes) = &mut self.writes {
            before.and_then(|before| writes.places.remove(&before));
            writes.places.insert(version, place);
        }
    }

    /// The row that had this version was removed.
    pub(super) fn removed(&mut self, before: u64, removal: Removal) {
        if let Some(writes) = &mut self.writes {
            writes.places.remove(&before);
        }
        self.removals.push_back(removal);
        self.forget_old_removals();
    }

    /// Whether so many removals at once would push each other out.
    pub(super) fn is_too_much(&self, removals: usize) -> bool {
        removals > self.removals_kept()
    }

    /// Forgets all up to a version, which was given last: every row was removed.
    pub(super) fn forget(&mut self, last_version: u64) {
        self.removals.clear();
        self.forgotten = last_version;
        if let Some(writes) = &mut self.writes {
            writes.places.clear();
        }
    }

    /// The places of the rows that were written longest ago, the first one first. Of all, where writes are kept in any case.
    pub(super) fn oldest(&self) -> impl Iterator<Item = u32> {
        self.writes.iter().flat_map(|writes| writes.places.values().copied())
    }

    /// Whether no removal after this version is missing.
    pub(super) fn has_removals_after(&self, version: u64) -> bool {
        self.forgotten <= version
    }

    /// Whether no write after this version is missing.
    pub(super) fn has_writes_after(&self, version: u64) -> bool {
        self.writes.as_ref().is_some_and(|writes| writes.after <= version)
    }

    /// What comes after a version, as far as it is known.
    pub(super) fn after(&self, version: u64) -> impl Iterator<Item = Logged<'_>> {
        let writes = self.writes.iter().flat_map(move |writes| writes.places.range(version + 1..));
        let mut written = writes.map(|(version, place)| (*version, *place)).peekable();
        let mut removed = self.removals_after(version).peekable();
        std::iter::from_fn(move || {
            let next_removed = removed.peek().map_or(u64::MAX, |removal| removal.version);
            match written.next_if(|(version, _)| *version < next_removed) {
                Some((version, place)) => Some(Logged::Written { version, place }),
                None => removed.next().map(Logged::Removed),
            }
        })
    }

    /// The removals after a version, as far as they are known.
    pub(super) fn removals_after(&self, version: u64) -> impl Iterator<Item = &Removal> {
        self.removals.range(self.removals.partition_point(|removal| removal.version <= version)..)
    }

    fn removals_kept(&self) -> usize {
        if self.watched { REMOVALS_WATCHED } else { REMOVALS }
    }

    fn forget_old_removals(&mut self) {
        let too_many = self.removals.len().saturating_sub(self.removals_kept());
        if let Some(last) = self.removals.drain(..too_many).next_back() {
            self.forgotten = last.version;
        }
    }
}
