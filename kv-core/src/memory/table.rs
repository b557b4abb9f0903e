//! [`Table`]: from the hash of a key to the place of its row.
//!
//! An extendible hash table: a directory over small tables. A table that is full is split in two, which moves a
//! thousand numbers at most, so that no single write pays for the growth of all.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// How many entries a segment holds before it is split: what 2,048 buckets take at hashbrown's load of 7/8.
const SEGMENT: usize = 1792;

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
    /// The hash is kept beside the place, so that a split touches no rows.
    entries: HashTable<(u32, u32)>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            segments: vec![Segment { depth: 0, entries: HashTable::new() }],
            directory: vec![0],
            depth: 0,
            len: 0,
        }
    }

    /// The place under a hash of which `is_it` holds.
    #[inline]
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let entries = &self.segments[self.segment(hash)].entries;
        entries.find(spread(hash), |(_, place)| is_it(*place)).map(|(_, place)| *place)
    }

    /// Adds a place that is not there.
    pub(super) fn insert(&mut self, hash: u32, place: u32) {
        let mut segment = self.segment(hash);
        // Hashes that agree in more bits than chance would have it are not split; there a segment grows as any table.
        let deepest = (self.len / SEGMENT + 1).ilog2() + 8;
        while self.segments[segment].entries.len() >= SEGMENT && self.segments[segment].depth < deepest {
            self.split(segment);
            segment = self.segment(hash);
        }
        self.segments[segment].entries.insert_unique(spread(hash), (hash, place), |(hash, _)| spread(*hash));
        self.len += 1;
    }

    /// Removes a place.
    pub(super) fn remove(&mut self, hash: u32, place: u32) {
        let segment = self.segment(hash);
        let entries = &mut self.segments[segment].entries;
        let entry = entries.entry(spread(hash), |(_, at)| *at == place, |(hash, _)| spread(*hash));
        if let Entry::Occupied(entry) = entry {
            entry.remove();
            self.len -= 1;
        }
    }

    fn segment(&self, hash: u32) -> usize {
        self.directory[prefix(hash, self.depth)] as usize
    }

    fn split(&mut self, segment: usize) {
        let depth = self.segments[segment].depth + 1;
        if depth > self.depth {
            self.directory = self.directory.iter().flat_map(|segment| [*segment; 2]).collect();
            self.depth = depth;
        }
        let old = std::mem::take(&mut self.segments[segment].entries);
        let mut halves = [HashTable::with_capacity(old.len() / 2), HashTable::with_capacity(old.len() / 2)];
        for (hash, place) in old {
            let half = &mut halves[prefix(hash, depth) & 1];
            half.insert_unique(spread(hash), (hash, place), |(hash, _)| spread(*hash));
        }
        let [low, high] = halves;
        self.segments[segment] = Segment { depth, entries: low };
        let new = self.segments.len();
        self.segments.push(Segment { depth, entries: high });
        // Of the hashes that led to the old segment, those with a one as their next bit lead to the new one.
        for (index, leads_to) in self.directory.iter_mut().enumerate() {
            let next_bit = (index >> (self.depth - depth)) & 1;
            if *leads_to as usize == segment && next_bit == 1 {
                *leads_to = u32::try_from(new).unwrap_or(u32::MAX);
            }
        }
    }
}

/// The first bits of a hash.
fn prefix(hash: u32, bits: u32) -> usize {
    hash.checked_shr(u32::BITS - bits).unwrap_or(0) as usize
}

/// hashbrown looks at the first bits and the last ones of 64; those of a segment's hashes begin alike.
const fn spread(hash: u32) -> u64 {
    // Source: the odd number nearest to 2^64 divided by the golden ratio (Knuth, volume 3, section 6.4).
    (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let found = |table: &Table, n: u32| table.find(hash(n), |place| place == n);
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
        assert!((0..5_000).all(|n| table.find(7, |place| place == n) == Some(n)));
        assert!(table.directory.len() <= 1 << 10);
    }
}
