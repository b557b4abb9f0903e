//! [`Table`]: from the hash of a key to the place of its row.
//!
//! An extendible hash table: a directory over small tables. A table that is full is split in two, which moves a
//! thousand numbers and a half at most, so that no single write pays for the growth of all. In a small table an entry stands at its
//! hash or behind it, and beside its hash, so that a look at it is one look at memory.

/// How many slots a segment grows to. Beyond, it is split.
const SLOTS: usize = 2048;

/// What stands in a slot where nothing is.
const EMPTY: Slot = Slot { hash: 0, place: u32::MAX };

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
    len: usize,
    /// A power of two of them, at least one of them empty.
    slots: Box<[Slot]>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// Kept so that neither a look past it nor a split touches rows.
    hash: u32,
    place: u32,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { segments: vec![Segment::new(0, 0)], directory: vec![0], depth: 0, len: 0 }
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
        let deepest = (self.len / SLOTS + 1).ilog2() + 8;
        while self.segments[segment].slots.len() >= SLOTS
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
        let old = std::mem::replace(&mut self.segments[segment], Segment::new(depth, SLOTS));
        let mut high = Segment::new(depth, SLOTS);
        for slot in old.slots.iter().filter(|slot| slot.place != EMPTY.place) {
            let half =
                if prefix(slot.hash, depth) & 1 == 0 { &mut self.segments[segment] } else { &mut high };
            half.insert(*slot);
        }
        let new = self.segments.len();
        self.segments.push(high);
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
    fn new(depth: u32, slots: usize) -> Self {
        Self { depth, len: 0, slots: vec![EMPTY; slots].into_boxed_slice() }
    }

    /// Whether one more would make looks too long. At four of five, one that finds looks at three slots in the mean, most
    /// of them on one line of the cache (Knuth, volume 3, section 6.4, linear probing).
    fn is_full(&self) -> bool {
        (self.len + 1) * 5 > self.slots.len() * 4
    }

    /// Where a hash would stand. Its first bits have chosen the segment.
    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn find<R>(&self, hash: u32, look: impl Fn(usize, u32) -> Option<R>) -> Option<R> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot.place == EMPTY.place {
                return None;
            }
            if slot.hash == hash
                && let Some(found) = look(at, slot.place)
            {
                return Some(found);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn insert(&mut self, slot: Slot) {
        if self.is_full() {
            let grown = vec![EMPTY; (2 * self.slots.len()).max(8)].into_boxed_slice();
            let old = std::mem::replace(&mut self.slots, grown);
            self.len = 0;
            for slot in old.iter().filter(|slot| slot.place != EMPTY.place) {
                self.insert(*slot);
            }
        }
        let mut at = self.home(slot.hash);
        while self.slots[at].place != EMPTY.place {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
        self.len += 1;
    }

    /// Empties a slot, and moves up those behind that stand away from home, so that no look ends too early.
    fn remove(&mut self, mut hole: usize) {
        let mask = self.slots.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = self.slots[at];
            if slot.place == EMPTY.place {
                break;
            }
            // It may move up only as far as its home.
            if (at.wrapping_sub(self.home(slot.hash)) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = EMPTY;
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
