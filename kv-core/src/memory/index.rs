//! [`Index`]: the places of rows in the byte order of their keys.
//!
//! A B+-tree of three levels. It holds places, so it knows keys only by asking for them, at the price of two cache misses
//! each. So every level keeps some bytes of its keys, those behind what all of them begin with: four in a leaf, eight above,
//! which decide nearly always alone. The top is one node of any width: a million entries make a few hundred branches.

#![expect(clippy::cast_possible_truncation, reason = "no leaf has more places than `LEAF`, which is a `u8`")]

use crate::sync::bound;
use std::cmp::Ordering;
use std::iter::Rev;
use std::ops::{Bound, Range};
use std::slice;

/// How many places a leaf holds, and how many leaves a branch.
const LEAF: usize = bound(32, 8);
const BRANCH: usize = bound(128, 4);

/// How many places are worth moving to a neighbour to avoid a split.
const WORTH_SHARING: usize = 3;

/// The keys of the places.
pub(super) trait Keys {
    /// The key of a place that is in the index.
    fn key(&self, place: u32) -> &str;
}

/// The places of rows, ordered by key.
pub(super) struct Index {
    branches: Vec<Branch>,
    fences: Fences,
}

struct Branch {
    #[expect(clippy::vec_box, reason = "a leaf more moves those behind it: by their pointers")]
    leaves: Vec<Box<Leaf>>,
    fences: Fences,
}

/// A position between the places, given by the place behind it.
#[derive(Clone, Copy)]
struct Position {
    branch: usize,
    leaf: usize,
    at: usize,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self { branches: Vec::new(), fences: Fences::new() }
    }

    /// Adds a place whose key is not there.
    pub(super) fn insert(&mut self, place: u32, keys: &impl Keys) {
        let key = keys.key(place);
        if self.branches.is_empty() {
            let mut leaf = Box::new(Leaf::new());
            leaf.insert(0, place, keys);
            self.branches = vec![Branch { leaves: vec![leaf], fences: Fences::new() }];
            self.branches[0].renew(keys);
            self.renew(keys);
            return;
        }
        let Position { branch: branch_at, leaf: leaf_at, at } = self.seek(key, keys).0;
        let branch = &mut self.branches[branch_at];
        let at_the_end = leaf_at + 1 == branch.leaves.len() && at == branch.leaves[leaf_at].len();
        let (leaf_at, at) = if branch.leaves[leaf_at].len() < LEAF {
            (leaf_at, at)
        } else {
            branch.make_room(leaf_at, at, at_the_end, keys)
        };
        branch.leaves[leaf_at].insert(at, place, keys);
        branch.fences.admit(leaf_at, at == 0, key, |child| keys.key(branch.leaves[child].first()));
        let is_first = at == 0 && leaf_at == 0;
        self.fences.admit(branch_at, is_first, key, |child| keys.key(self.branches[child].first()));
        if self.branches[branch_at].leaves.len() > BRANCH {
            self.split_branch(branch_at, at_the_end, keys);
        }
    }

    /// Removes a place that is there. Its key can still be asked for.
    pub(super) fn remove(&mut self, place: u32, keys: &impl Keys) {
        if self.branches.is_empty() {
            return;
        }
        let Position { branch: branch_at, leaf: leaf_at, at } = self.seek(keys.key(place), keys).0;
        let branch = &mut self.branches[branch_at];
        if branch.leaves[leaf_at].places().get(at) != Some(&place) {
            return;
        }
        branch.leaves[leaf_at].remove(at);
        branch.after_removal(leaf_at, at == 0, keys);
        if branch.leaves.is_empty() {
            self.branches.remove(branch_at);
            self.renew(keys);
            return;
        }
        let joined = self
            .branches
            .get(branch_at + 1)
            .is_some_and(|next| self.branches[branch_at].leaves.len() + next.leaves.len() <= BRANCH / 2);
        if joined {
            let next = self.branches.remove(branch_at + 1);
            self.branches[branch_at].leaves.extend(next.leaves);
            self.branches[branch_at].renew(keys);
            self.renew(keys);
        } else if at == 0 && leaf_at == 0 {
            self.fences.set(branch_at, keys.key(self.branches[branch_at].first()));
        }
    }

    /// The places from a bound on, upwards.
    pub(super) fn ascend(&self, from: Bound<&str>, keys: &impl Keys) -> Ascend<'_> {
        let Position { branch, leaf, at } = self.position(from, keys);
        let mut branches = self.branches[branch..].iter();
        let mut leaves = branches.next().map_or(&[][..], |branch| &branch.leaves[leaf..]).iter();
        let places = leaves.next().map_or(&[][..], |leaf| &leaf.places()[at..]).iter();
        Ascend { branches, leaves, places }
    }

    /// The places before a bound, downwards. `Excluded` leaves out the bound's own key.
    pub(super) fn descend(&self, until: Bound<&str>, keys: &impl Keys) -> Descend<'_> {
        // What is before the bound ends where what is behind it starts.
        let Position { branch, leaf, at } = match until {
            Bound::Excluded(key) => self.position(Bound::Included(key), keys),
            Bound::Included(key) => self.position(Bound::Excluded(key), keys),
            Bound::Unbounded => Position { branch: self.branches.len(), leaf: 0, at: 0 },
        };
        let (before, from) = self.branches.split_at(branch);
        let (before_leaf, from_leaf) = from.first().map_or((&[][..], &[][..]), |b| b.leaves.split_at(leaf));
        let places = from_leaf.first().map_or(&[][..], |leaf| &leaf.places()[..at]).iter().rev();
        Descend { branches: before.iter().rev(), leaves: before_leaf.iter().rev(), places }
    }

    /// The position of the first place that is within a lower bound.
    fn position(&self, from: Bound<&str>, keys: &impl Keys) -> Position {
        let (key, included) = match from {
            Bound::Included(key) => (key, true),
            Bound::Excluded(key) => (key, false),
            Bound::Unbounded => return Position { branch: 0, leaf: 0, at: 0 },
        };
        if self.branches.is_empty() {
            return Position { branch: 0, leaf: 0, at: 0 };
        }
        let (position, is_there) = self.seek(key, keys);
        Position { at: position.at + usize::from(is_there && !included), ..position }
    }

    /// Where a key stands or would stand, and whether it is there. There is something in the index.
    fn seek(&self, key: &str, keys: &impl Keys) -> (Position, bool) {
        let branch_at = self.fences.child(key, |child| keys.key(self.branches[child].first()));
        let branch = &self.branches[branch_at];
        let leaf_at = branch.fences.child(key, |child| keys.key(branch.leaves[child].first()));
        let leaf = &branch.leaves[leaf_at];
        let (at, is_there) = leaf.seek(key, branch.fences.begins_alike(leaf_at, key), keys);
        (Position { branch: branch_at, leaf: leaf_at, at }, is_there)
    }

    fn split_branch(&mut self, at: usize, at_the_end: bool, keys: &impl Keys) {
        let branch = &mut self.branches[at];
        // Who only ever appends shall fill what it leaves behind.
        let half = if at_the_end { BRANCH } else { branch.leaves.len() / 2 };
        let (leaves, fences) = (branch.leaves.split_off(half), branch.fences.split_off(half));
        let mut next = Branch { leaves, fences };
        for part in [&mut self.branches[at], &mut next] {
            // Its keys may begin alike with more bytes now. That is worth asking them all where they are hard to tell apart.
            if part.fences.has_alike() {
                part.renew(keys);
            }
        }
        let first = keys.key(next.first());
        self.branches.insert(at + 1, next);
        self.fences.insert(at + 1, first);
        if self.fences.has_alike() {
            self.renew(keys);
        }
    }

    fn renew(&mut self, keys: &impl Keys) {
        let last = self.branches.last().map_or("", |branch| keys.key(branch.last()));
        self.fences.renew(self.branches.iter().map(|branch| keys.key(branch.first())), last);
    }
}

/// Places upwards.
pub(super) struct Ascend<'a> {
    branches: slice::Iter<'a, Branch>,
    leaves: slice::Iter<'a, Box<Leaf>>,
    places: slice::Iter<'a, u32>,
}

/// Places downwards.
pub(super) struct Descend<'a> {
    branches: Rev<slice::Iter<'a, Branch>>,
    leaves: Rev<slice::Iter<'a, Box<Leaf>>>,
    places: Rev<slice::Iter<'a, u32>>,
}

impl Iterator for Ascend<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        loop {
            if let Some(place) = self.places.next() {
                return Some(*place);
            } else if let Some(leaf) = self.leaves.next() {
                self.places = leaf.places().iter();
            } else {
                self.leaves = self.branches.next()?.leaves.iter();
            }
        }
    }
}

impl Iterator for Descend<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        loop {
            if let Some(place) = self.places.next() {
                return Some(*place);
            } else if let Some(leaf) = self.leaves.next() {
                self.places = leaf.places().iter().rev();
            } else {
                self.leaves = self.branches.next()?.leaves.iter().rev();
            }
        }
    }
}

impl Branch {
    fn first(&self) -> u32 {
        self.leaves[0].first()
    }

    fn last(&self) -> u32 {
        self.leaves.last().map_or(0, |leaf| leaf.last())
    }

    /// Makes room in or beside a full leaf, and returns where what would stand in it then stands.
    fn make_room(&mut self, leaf: usize, at: usize, at_the_end: bool, keys: &impl Keys) -> (usize, usize) {
        // Neighbours that share what they have are fuller: four fifths instead of two thirds.
        let to_share = |neighbour: &Leaf| (LEAF - neighbour.len()) / 2;
        if let Some([here, next]) = self.leaves.get_mut(leaf..leaf + 2)
            && to_share(next) >= WORTH_SHARING
        {
            here.give_to_next(next, to_share(next), keys);
            self.fences.set(leaf + 1, keys.key(self.leaves[leaf + 1].first()));
        } else if leaf > 0
            && let Some([previous, here]) = self.leaves.get_mut(leaf - 1..=leaf)
            && to_share(previous) >= WORTH_SHARING
        {
            let (before, shared) = (previous.len(), to_share(previous));
            here.give_to_previous(previous, shared, keys);
            self.fences.set(leaf, keys.key(self.leaves[leaf].first()));
            return if at <= shared { (leaf - 1, before + at) } else { (leaf, at - shared) };
        } else {
            self.split_leaf(leaf, at_the_end, keys);
        }
        // Behind the last of the one it stands as well as before the first of the next.
        let left = self.leaves[leaf].len();
        if at > left { (leaf + 1, at - left) } else { (leaf, at) }
    }

    fn split_leaf(&mut self, at: usize, at_the_end: bool, keys: &impl Keys) {
        // Who only ever appends shall fill what it leaves behind.
        let half = if at_the_end { LEAF - 1 } else { LEAF / 2 };
        let next = Box::new(self.leaves[at].split_off(half, keys));
        let first = keys.key(next.first());
        self.leaves.insert(at + 1, next);
        self.fences.insert(at + 1, first);
    }

    /// Puts a leaf in order that a place was removed from.
    fn after_removal(&mut self, at: usize, was_first: bool, keys: &impl Keys) {
        if self.leaves[at].len() == 0 {
            self.leaves.remove(at);
            self.fences.remove(at);
            return;
        }
        if was_first {
            self.fences.set(at, keys.key(self.leaves[at].first()));
        }
        let room = |next: &Leaf| self.leaves[at].len() + next.len() <= LEAF / 2;
        if self.leaves.get(at + 1).is_some_and(|next| room(next)) {
            let next = self.leaves.remove(at + 1);
            self.fences.remove(at + 1);
            self.leaves[at].append(&next, keys);
        }
    }

    fn renew(&mut self, keys: &impl Keys) {
        let last = keys.key(self.last());
        self.fences.renew(self.leaves.iter().map(|leaf| keys.key(leaf.first())), last);
    }
}

/// Up to [`LEAF`] places in the order of their keys, never none but while it is made.
struct Leaf {
    len: u8,
    /// How many bytes all its keys begin alike with; fewer are no mistake.
    skip: u16,
    /// Of each key the four bytes behind those, as a number.
    heads: [u32; LEAF],
    places: [u32; LEAF],
}

impl Leaf {
    const fn new() -> Self {
        Self { len: 0, skip: 0, heads: [0; LEAF], places: [0; LEAF] }
    }

    #[inline]
    fn len(&self) -> usize {
        usize::from(self.len)
    }

    #[inline]
    fn places(&self) -> &[u32] {
        &self.places[..self.len()]
    }

    fn first(&self) -> u32 {
        self.places[0]
    }

    fn last(&self) -> u32 {
        self.places[self.len() - 1]
    }

    fn head_of(&self, key: &str) -> u32 {
        let rest = key.as_bytes().get(usize::from(self.skip)..).unwrap_or_default();
        (head(rest) >> 32) as u32
    }

    /// Where a key stands or would stand, and whether it is there. `alike` is how many bytes it is known to begin alike with
    /// the first key.
    fn seek(&self, key: &str, alike: usize, keys: &impl Keys) -> (usize, bool) {
        let skip = usize::from(self.skip);
        if alike < skip {
            let first = keys.key(self.first());
            if shared(&first.as_bytes()[..skip], key.as_bytes()) < skip {
                return (if key < first { 0 } else { self.len() }, false);
            }
        }
        let (head, heads) = (self.head_of(key), &self.heads[..self.len()]);
        // Counted rather than searched: all are fetched at once.
        let behind = heads.iter().filter(|other| **other < head).count();
        let alike = heads[behind..].iter().take_while(|other| **other == head).count();
        let mut candidates = behind..behind + alike;
        while !candidates.is_empty() {
            let middle = candidates.start + candidates.len() / 2;
            match keys.key(self.places[middle]).cmp(key) {
                Ordering::Less => candidates.start = middle + 1,
                Ordering::Equal => return (middle, true),
                Ordering::Greater => candidates.end = middle,
            }
        }
        (candidates.start, false)
    }

    /// Puts a place where its key stands. There is room.
    fn insert(&mut self, at: usize, place: u32, keys: &impl Keys) {
        let key = keys.key(place);
        let len = self.len();
        self.places.copy_within(at..len, at + 1);
        self.heads.copy_within(at..len, at + 1);
        self.places[at] = place;
        self.len += 1;
        if len == 0 {
            self.skip = u16::try_from(key.len()).unwrap_or(u16::MAX);
        }
        // Between two keys that begin alike one begins as they do. At an end, any other key tells.
        let other = if at == 0 { len } else { 0 };
        let skip = usize::from(self.skip);
        if (at == 0 || at == len)
            && let known = keys.key(self.places[other]).as_bytes()
            && shared(&known[..skip.min(known.len())], key.as_bytes()) < skip
        {
            self.begin_anew(keys);
        } else {
            self.heads[at] = self.head_of(key);
        }
    }

    fn remove(&mut self, at: usize) {
        let len = self.len();
        self.places.copy_within(at + 1..len, at);
        self.heads.copy_within(at + 1..len, at);
        self.len -= 1;
    }

    fn split_off(&mut self, at: usize, keys: &impl Keys) -> Self {
        let mut next = Self::new();
        let moved = self.len() - at;
        next.places[..moved].copy_from_slice(&self.places[at..self.len()]);
        next.heads[..moved].copy_from_slice(&self.heads[at..self.len()]);
        (next.len, next.skip) = (moved as u8, self.skip);
        self.len = at as u8;
        self.renew(keys);
        next.renew(keys);
        next
    }

    /// Moves places from its end to the start of the next leaf.
    fn give_to_next(&mut self, next: &mut Self, given: usize, keys: &impl Keys) {
        let (from, len) = (self.len() - given, next.len());
        next.places.copy_within(..len, given);
        next.heads.copy_within(..len, given);
        next.places[..given].copy_from_slice(&self.places[from..self.len()]);
        self.len = from as u8;
        next.len = (len + given) as u8;
        next.welcome(0..given, keys);
        self.renew(keys);
    }

    /// Moves places from its start to the end of the leaf before.
    fn give_to_previous(&mut self, previous: &mut Self, given: usize, keys: &impl Keys) {
        let (len, left) = (previous.len(), self.len() - given);
        previous.places[len..len + given].copy_from_slice(&self.places[..given]);
        self.places.copy_within(given.., 0);
        self.heads.copy_within(given.., 0);
        self.len = left as u8;
        previous.len = (len + given) as u8;
        previous.welcome(len..len + given, keys);
        self.renew(keys);
    }

    /// Knows the heads of all places but those of a range, and learns them.
    fn welcome(&mut self, range: Range<usize>, keys: &impl Keys) {
        if self.alike(keys) != self.skip {
            return self.begin_anew(keys);
        }
        for at in range {
            self.heads[at] = self.head_of(keys.key(self.places[at]));
        }
    }

    fn append(&mut self, next: &Self, keys: &impl Keys) {
        let len = self.len();
        self.places[len..len + next.len()].copy_from_slice(next.places());
        self.len += next.len;
        self.welcome(len..self.len(), keys);
    }

    /// How many bytes all keys begin alike with.
    fn alike(&self, keys: &impl Keys) -> u16 {
        let (first, last) = (keys.key(self.first()), keys.key(self.last()));
        u16::try_from(shared(first.as_bytes(), last.as_bytes())).unwrap_or(u16::MAX)
    }

    /// Finds out anew how all keys begin. While that is the same, so are the heads.
    fn renew(&mut self, keys: &impl Keys) {
        if self.alike(keys) != self.skip {
            self.begin_anew(keys);
        }
    }

    fn begin_anew(&mut self, keys: &impl Keys) {
        self.skip = self.alike(keys);
        for at in 0..self.len() {
            self.heads[at] = self.head_of(keys.key(self.places[at]));
        }
    }
}

/// What decides between the children of a node.
struct Fences {
    /// What every key below begins with.
    common: Vec<u8>,
    /// Of each child's first key, the eight bytes behind that, as a number; fewer are filled up with zeros.
    heads: Vec<u64>,
}

impl Fences {
    const fn new() -> Self {
        Self { common: Vec::new(), heads: Vec::new() }
    }

    /// The child in whose range a key falls: the last one whose first key is not behind it, or the first one. `first` is
    /// asked only for children that the heads cannot tell from the key.
    fn child<'a>(&self, key: &str, first: impl Fn(usize) -> &'a str) -> usize {
        let Some(rest) = key.as_bytes().strip_prefix(self.common.as_slice()) else {
            return if key.as_bytes() < self.common.as_slice() { 0 } else { self.heads.len() - 1 };
        };
        let head = head(rest);
        let alike_from = self.heads.partition_point(|other| *other < head);
        let alike = self.heads[alike_from..].iter().take_while(|other| **other == head).count();
        let mut children = alike_from..alike_from + alike;
        while !children.is_empty() {
            let middle = children.start + children.len() / 2;
            if first(middle) <= key { children.start = middle + 1 } else { children.end = middle }
        }
        children.start.saturating_sub(1)
    }

    /// How many bytes at least a key begins alike with the first key of a child, as far as they are known here.
    fn begins_alike(&self, child: usize, key: &str) -> usize {
        let Some(rest) = key.as_bytes().strip_prefix(self.common.as_slice()) else { return 0 };
        let same_bits = (head(rest) ^ self.heads[child]).leading_zeros() as usize;
        // Beyond the end of a key zeros were filled in.
        self.common.len() + (same_bits / 8).min(rest.len())
    }

    /// Takes note of a new key below a child, which is now its first one or is not.
    fn admit<'a>(&mut self, child: usize, is_first: bool, key: &str, first: impl Fn(usize) -> &'a str) {
        let shared = shared(&self.common, key.as_bytes());
        if shared < self.common.len() {
            self.common.truncate(shared);
            for (child, place) in self.heads.iter_mut().enumerate() {
                *place = head(&first(child).as_bytes()[shared..]);
            }
        } else if is_first {
            self.set(child, key);
        }
    }

    fn set(&mut self, child: usize, first: &str) {
        self.heads[child] = self.head_of(first);
    }

    fn insert(&mut self, child: usize, first: &str) {
        self.heads.insert(child, self.head_of(first));
    }

    fn remove(&mut self, child: usize) {
        self.heads.remove(child);
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self { common: self.common.clone(), heads: self.heads.split_off(at) }
    }

    /// Whether the heads of some neighbours are the same.
    fn has_alike(&self) -> bool {
        self.heads.windows(2).any(|pair| pair[0] == pair[1])
    }

    fn head_of(&self, key: &str) -> u64 {
        head(key.as_bytes().get(self.common.len()..).unwrap_or_default())
    }

    /// Starts over with other children.
    fn renew<'a>(&mut self, firsts: impl Iterator<Item = &'a str> + Clone, last: &str) {
        // Keys between two that begin alike begin as they do.
        let first = firsts.clone().next().unwrap_or_default();
        self.common = first.as_bytes()[..shared(first.as_bytes(), last.as_bytes())].into();
        self.heads = firsts.map(|first| head(&first.as_bytes()[self.common.len()..])).collect();
    }
}

/// How many bytes two texts begin alike with.
fn shared(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn head(rest: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let taken = rest.len().min(8);
    bytes[..taken].copy_from_slice(&rest[..taken]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Names(Vec<String>);

    impl Keys for Names {
        fn key(&self, place: u32) -> &str {
            &self.0[place as usize]
        }
    }

    /// The index beside a map that is known to be right.
    #[derive(Default)]
    struct Both {
        names: Names,
        index: Option<Index>,
        model: BTreeMap<String, u32>,
    }

    impl Both {
        fn index(&mut self) -> &mut Index {
            self.index.get_or_insert_with(Index::new)
        }

        fn toggle(&mut self, key: String) {
            let mut index = self.index.take().unwrap_or_else(Index::new);
            if let Some(place) = self.model.remove(&key) {
                index.remove(place, &self.names);
            } else {
                let place = u32::try_from(self.names.0.len()).unwrap();
                self.names.0.push(key.clone());
                index.insert(place, &self.names);
                self.model.insert(key, place);
            }
            self.index = Some(index);
        }

        fn agree(&mut self, probe: &str) {
            self.index();
            let (index, names, model) = (self.index.as_ref().unwrap(), &self.names, &self.model);
            for bound in [Bound::Included(probe), Bound::Excluded(probe), Bound::Unbounded] {
                let up: Vec<_> =
                    model.range::<str, _>((bound, Bound::Unbounded)).map(|(_, place)| *place).collect();
                assert!(index.ascend(bound, names).eq(up), "up from {bound:?}");
                let down: Vec<_> =
                    model.range::<str, _>((Bound::Unbounded, bound)).map(|(_, place)| *place).collect();
                assert!(index.descend(bound, names).eq(down.into_iter().rev()), "down from {bound:?}");
            }
            let sizes = |branch: &Branch| branch.leaves.iter().all(|leaf| (1..=LEAF).contains(&leaf.len()));
            assert!(index.branches.iter().all(|b| sizes(b) && b.leaves.len() == b.fences.heads.len()));
            assert!(index.branches.len() == index.fences.heads.len());
        }
    }

    /// Keys that begin alike for long, end early, and hold what zeros could be taken for.
    fn key() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => (0..3000u32).prop_map(|n| format!("cursor:user:{n:07}")),
            2 => (0..3000u32).prop_map(|n| format!("cursor:user:{n}")),
            1 => "[a-c\u{0}é]{0,12}",
            1 => "(cursor:)?(user:)?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_keeps_the_order_of_a_sorted_map(keys in prop::collection::vec(key(), 0..2000), probes in prop::collection::vec(key(), 8)) {
            let mut both = Both::default();
            let step = keys.len() / 4 + 1;
            for (n, key) in keys.into_iter().enumerate() {
                both.toggle(key);
                if n % step == 0 {
                    both.agree(&probes[n / step]);
                }
            }
            for probe in &probes {
                both.agree(probe);
            }
        }
    }

    #[test]
    fn it_grows_and_shrinks_through_all_its_levels() {
        let mut both = Both::default();
        let scattered = |n: u32| format!("k{:06}", n.wrapping_mul(7919) % 30_000);
        (0..30_000).for_each(|n| both.toggle(scattered(n)));
        both.agree("k015000");
        assert!(both.index().branches.len() > 3);
        (0..29_900).for_each(|n| both.toggle(scattered(n)));
        both.agree("k015000");
        let leaves: usize = both.index().branches.iter().map(|branch| branch.leaves.len()).sum();
        assert!(leaves < 30, "{leaves} leaves for 100 places");
        (29_900..30_000).for_each(|n| both.toggle(scattered(n)));
        assert!(both.index().branches.is_empty());
        both.agree("");
    }

    #[test]
    fn what_is_appended_fills_its_leaves() {
        let mut both = Both::default();
        (0..20_000).for_each(|n| both.toggle(format!("{n:06}")));
        let leaves: usize = both.index().branches.iter().map(|branch| branch.leaves.len()).sum();
        assert!(leaves <= 20_000 / (LEAF - 1) + 1, "{leaves}");
    }
}
