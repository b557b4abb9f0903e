//! [`Table`]: from the hash of a key to the place of its row.
//!
//! An extendible hash table: a directory over small tables. A table that is full is split in two, which moves five hundred
//! numbers at most, so that no single write pays for the growth of all. In a small table entries stand in the order of their
//! hashes, each where its hash would have it or as close behind as there is room (ordered linear probing: Amble and Knuth,
//! "Ordered hash tables", 1974). So what is not there is missed as early as what is there is found, growing is copying in
//! order, and both halves of a split are there already.

use crate::sync::bound;

/// How many slots a segment grows to. Beyond, it is split. With more of them a growing segment would keep readers waiting for
/// longer than they spin, and waking them takes longer still.
const SLOTS: usize = bound(512, 8);

/// How many slots there are at first for entries behind the last home; no fewer than are compared at once.
const BEHIND: usize = ABREAST;

/// How many slots are compared at once.
const ABREAST: usize = 4;

/// What stands in a slot where nothing is: behind all hashes, so that it ends a look.
const EMPTY: Slot = Slot { hash: u32::MAX, place: u32::MAX };

/// The places of rows by the hashes of their keys.
pub(super) struct Table {
    segments: Vec<Segment>,
    /// By the first `depth` bits of a hash, the number of its segment.
    directory: Vec<u32>,
    depth: u32,
    len: usize,
}

/// All entries whose hashes begin with the same bits.
struct Segment {
    /// How many bits those are.
    depth: u32,
    len: u32,
    /// Over how many slots the hashes are spread.
    homes: u32,
    /// Some more than that, for entries behind the last home.
    slots: Box<[Slot]>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// Kept so that neither a look past it nor a split touches rows.
    hash: u32,
    place: u32,
}

impl Slot {
    #[inline]
    fn is_empty(self) -> bool {
        self.place == EMPTY.place
    }
}

impl Table {
    pub(super) fn new() -> Self {
        Self { segments: vec![Segment::new(0, 0, &[])], directory: vec![0], depth: 0, len: 0 }
    }

    /// What `look` makes of the first place under a hash of which it makes anything.
    #[inline]
    pub(super) fn find<R>(&self, hash: u32, look: impl Fn(u32) -> Option<R>) -> Option<R> {
        self.segments[self.segment(hash)].find(hash, |_, place| look(place))
    }

    /// Adds a place that is not there.
    pub(super) fn insert(&mut self, hash: u32, place: u32) {
        let mut segment = self.segment(hash);
        // Hashes that agree in more bits than chance would have it are not split; there a segment grows as any table.
        let deepest = (self.len / SLOTS + 1).ilog2() + 6;
        while self.segments[segment].homes as usize >= SLOTS
            && self.segments[segment].is_full()
            && self.segments[segment].depth < deepest
        {
            self.split(segment);
            segment = self.segment(hash);
        }
        self.segments[segment].insert(Slot { hash, place });
        self.len += 1;
    }

    /// Removes a place.
    pub(super) fn remove(&mut self, hash: u32, place: u32) {
        let segment = self.segment(hash);
        let at = self.segments[segment].find(hash, |at, other| (other == place).then_some(at));
        if let Some(at) = at {
            self.segments[segment].remove(at);
            self.len -= 1;
        }
    }

    #[inline]
    fn segment(&self, hash: u32) -> usize {
        self.directory[prefix(hash, self.depth)] as usize
    }

    fn split(&mut self, segment: usize) {
        let depth = self.segments[segment].depth + 1;
        if depth > self.depth {
            self.directory = self.directory.iter().flat_map(|segment| [*segment; 2]).collect();
            self.depth = depth;
        }
        let slots = self.segments[segment].entries();
        let (low, high) = slots.split_at(slots.partition_point(|slot| prefix(slot.hash, depth) & 1 == 0));
        let new = self.segments.len();
        self.segments[segment] = Segment::with(depth, low);
        self.segments.push(Segment::with(depth, high));
        // Of the hashes that led to the old segment, those with a one as their next bit lead to the new one.
        for (index, leads_to) in self.directory.iter_mut().enumerate() {
            let next_bit = (index >> (self.depth - depth)) & 1;
            if *leads_to as usize == segment && next_bit == 1 {
                *leads_to = u32::try_from(new).unwrap_or(u32::MAX);
            }
        }
    }
}

impl Segment {
    /// With so many homes, and these entries in the order of their hashes.
    fn new(depth: u32, homes: u32, entries: &[Slot]) -> Self {
        let len = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let mut segment = Self { depth, len, homes, slots: Box::default() };
        let behind = if homes == 0 { 0 } else { BEHIND };
        let mut slots = vec![EMPTY; homes as usize + behind];
        let mut next = 0;
        for entry in entries {
            let at = segment.home(entry.hash).max(next);
            if at >= slots.len() {
                slots.resize(at + 1, EMPTY);
            }
            slots[at] = *entry;
            next = at + 1;
        }
        segment.slots = slots.into_boxed_slice();
        segment
    }

    /// With these entries in the order of their hashes, and room for a quarter more.
    fn with(depth: u32, entries: &[Slot]) -> Self {
        let len = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        Self::new(depth, (len + len / 2).max(8), entries)
    }

    /// Whether one more would make looks too long. At five of six, one looks at three or four slots in the mean, most of them on
    /// one line of the cache (Knuth, volume 3, section 6.4, linear probing).
    fn is_full(&self) -> bool {
        (self.len + 1) * 6 > self.homes * 5
    }

    /// Where a hash would stand. Its first bits have chosen the segment; the others are spread over the slots in order.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        let rest = u64::from(hash.checked_shl(self.depth).unwrap_or(0));
        ((rest * u64::from(self.homes)) >> 32) as usize
    }

    #[inline]
    fn find<R>(&self, hash: u32, look: impl Fn(usize, u32) -> Option<R>) -> Option<R> {
        let home = self.home(hash);
        // Most stand in one of the first slots, but nobody could foretell in which: so these are compared all at once, without
        // a branch for each.
        let first: &[Slot; ABREAST] = self.slots.get(home..)?.first_chunk()?;
        let hits = first
            .iter()
            .enumerate()
            .fold(0u32, |hits, (nth, slot)| hits | (u32::from(slot.hash == hash) << nth));
        if hits != 0 {
            let nth = hits.trailing_zeros() as usize % ABREAST;
            if let Some(found) = look(home + nth, first[nth].place) {
                return Some(found);
            }
        } else if first[ABREAST - 1].hash > hash {
            return None;
        }
        // Away from its home, or one of several of this hash.
        let behind = if hits == 0 { home + ABREAST } else { home };
        for (nth, slot) in self.slots[behind..].iter().enumerate() {
            if slot.hash == hash {
                if let Some(found) = look(behind + nth, slot.place) {
                    return Some(found);
                }
            } else if slot.hash > hash {
                return None;
            }
        }
        None
    }

    fn insert(&mut self, slot: Slot) {
        if self.is_full() {
            self.grow();
        }
        let mut at = self.home(slot.hash);
        while self.slots.get(at).is_some_and(|other| !other.is_empty() && other.hash <= slot.hash) {
            at += 1;
        }
        let run = self.slots[at..].iter().position(|other| other.is_empty()).unwrap_or_else(|| {
            let end = self.slots.len();
            self.extend();
            end - at
        });
        self.slots.copy_within(at..at + run, at + 1);
        self.slots[at] = slot;
        self.len += 1;
    }

    /// Makes room behind the last home, where chance has filled what was there.
    fn extend(&mut self) {
        let mut slots = std::mem::take(&mut self.slots).into_vec();
        slots.resize(slots.len() + BEHIND, EMPTY);
        self.slots = slots.into_boxed_slice();
    }

    /// Makes a quarter more homes, or a few.
    fn grow(&mut self) {
        *self = Self::new(self.depth, (self.homes + self.homes / 4).max(8), &self.entries());
    }

    /// What is there, in the order of the hashes.
    fn entries(&self) -> Vec<Slot> {
        let mut entries = Vec::with_capacity(self.len as usize);
        entries.extend(self.slots.iter().copied().filter(|slot| !slot.is_empty()));
        entries
    }

    /// Empties a slot, and moves up those behind that stand away from home, so that no look ends too early.
    fn remove(&mut self, at: usize) {
        let mut behind = self.slots.iter().enumerate().skip(at + 1);
        let at_home = behind.find(|(here, slot)| slot.is_empty() || self.home(slot.hash) >= *here);
        let end = at_home.map_or(self.slots.len(), |(here, _)| here);
        self.slots.copy_within(at + 1..end, at);
        self.slots[end - 1] = EMPTY;
        self.len -= 1;
    }
}

/// The first bits of a hash.
#[inline]
fn prefix(hash: u32, bits: u32) -> usize {
    hash.checked_shr(u32::BITS - bits).unwrap_or(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn hash(n: u32) -> u32 {
        n.wrapping_mul(0x85EB_CA6B) ^ (n >> 7)
    }

    #[test]
    fn what_was_put_in_is_found_until_it_is_removed() {
        let mut table = Table::new();
        for n in 0..50_000 {
            table.insert(hash(n), n);
        }
        assert!(table.depth >= 5, "it has been split");
        let found = |table: &Table, n: u32| table.find(hash(n), |place| (place == n).then_some(n));
        assert!((0..50_000).all(|n| found(&table, n) == Some(n)));
        for n in (0..50_000).step_by(2) {
            table.remove(hash(n), n);
        }
        assert!((0..50_000).all(|n| found(&table, n).is_some() == (n % 2 == 1)));
    }

    #[test]
    fn hashes_that_all_agree_are_only_slow() {
        let mut table = Table::new();
        for n in 0..5_000 {
            table.insert(7, n);
        }
        assert!((0..5_000).all(|n| table.find(7, |place| (place == n).then_some(n)) == Some(n)));
        assert!(table.directory.len() <= 1 << 10);
        (0..5_000).for_each(|n| table.remove(7, n));
        assert!(table.find(7, Some).is_none());
    }

    proptest! {
        /// Few hashes and few slots, so that entries stand away from home and around the end.
        #[test]
        fn what_is_moved_up_is_found(steps in prop::collection::vec((0..40u32, 0..4u32), 0..300)) {
            let mut table = Table::new();
            let mut model = HashSet::new();
            for (place, crowd) in steps {
                let hash = if crowd == 0 { u32::MAX - place % 3 } else { place % 7 };
                let hash = model.get(&(place, u32::MAX - place % 3)).map_or(hash, |(_, hash)| *hash);
                let hash = model.get(&(place, place % 7)).map_or(hash, |(_, hash): &(u32, u32)| *hash);
                if model.remove(&(place, hash)) {
                    table.remove(hash, place);
                } else {
                    table.insert(hash, place);
                    model.insert((place, hash));
                }
                for (place, hash) in &model {
                    prop_assert_eq!(table.find(*hash, |other| (other == *place).then_some(other)), Some(*place));
                }
                prop_assert_eq!(table.len, model.len());
            }
        }
    }
}
