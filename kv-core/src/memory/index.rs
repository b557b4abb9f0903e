//! [`Index`]: the places of rows in the byte order of their keys.
//!
//! A B+-tree of three levels. A leaf holds places, so it knows keys only by asking for them, at the price of a
//! cache miss each; above the leaves, [`Fences`] hold eight bytes of every child's first key, those behind what all of
//! them begin with, and decide nearly always alone. The top is one node of any width: with full nodes below, a million
//! entries make a few hundred children.

use std::cmp::Ordering;
use std::ops::Bound;

/// How many places a leaf holds, and how many leaves a branch.
const LEAF: usize = 64;
const BRANCH: usize = 128;

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
    leaves: Vec<Vec<u32>>,
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
            self.branches.push(Branch { leaves: vec![vec![place]], fences: Fences::new() });
            self.branches[0].renew(keys);
            self.renew(keys);
            return;
        }
        let branch_at = self.fences.child(key, |child| keys.key(self.branches[child].first()));
        let branch = &mut self.branches[branch_at];
        let leaf_at = branch.fences.child(key, |child| keys.key(branch.leaves[child][0]));
        let leaf = &mut branch.leaves[leaf_at];
        let at = leaf.partition_point(|other| keys.key(*other) < key);
        let at_the_end = at == leaf.len();
        leaf.insert(at, place);
        let is_last = at_the_end && leaf_at + 1 == branch.leaves.len();
        branch.fences.admit(leaf_at, at == 0, key, |child| keys.key(branch.leaves[child][0]));
        if branch.leaves[leaf_at].len() > LEAF {
            branch.split_leaf(leaf_at, is_last, keys);
        }
        let is_first = at == 0 && leaf_at == 0;
        self.fences.admit(branch_at, is_first, key, |child| keys.key(self.branches[child].first()));
        if self.branches[branch_at].leaves.len() > BRANCH {
            self.split_branch(branch_at, is_last, keys);
        }
    }

    /// Removes a place that is there. Its key can still be asked for.
    pub(super) fn remove(&mut self, place: u32, keys: &impl Keys) {
        let key = keys.key(place);
        if self.branches.is_empty() {
            return;
        }
        let branch_at = self.fences.child(key, |child| keys.key(self.branches[child].first()));
        let branch = &mut self.branches[branch_at];
        let leaf_at = branch.fences.child(key, |child| keys.key(branch.leaves[child][0]));
        let leaf = &mut branch.leaves[leaf_at];
        let at = leaf.partition_point(|other| keys.key(*other) < key);
        if leaf.get(at) != Some(&place) {
            return;
        }
        leaf.remove(at);
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
    pub(super) fn ascend<'a, K: Keys>(
        &'a self,
        from: Bound<&str>,
        keys: &K,
    ) -> impl Iterator<Item = u32> + use<'a, K> {
        let start = self.position(from, keys);
        let branches = self.branches.iter().skip(start.branch).enumerate();
        branches.flat_map(move |(nth_branch, branch)| {
            let skip = if nth_branch == 0 { start.leaf } else { 0 };
            branch.leaves.iter().skip(skip).enumerate().flat_map(move |(nth_leaf, leaf)| {
                let skip = if nth_branch == 0 && nth_leaf == 0 { start.at } else { 0 };
                leaf.iter().copied().skip(skip)
            })
        })
    }

    /// The places before a bound, downwards. `Excluded` leaves out the bound's own key.
    pub(super) fn descend<'a, K: Keys>(
        &'a self,
        until: Bound<&str>,
        keys: &K,
    ) -> impl Iterator<Item = u32> + use<'a, K> {
        // What is before the bound ends where what is behind it starts.
        let end = match until {
            Bound::Excluded(key) => self.position(Bound::Included(key), keys),
            Bound::Included(key) => self.position(Bound::Excluded(key), keys),
            Bound::Unbounded => Position { branch: self.branches.len(), leaf: 0, at: 0 },
        };
        let branches = self.branches.iter().enumerate().take(end.branch + 1).rev();
        branches.flat_map(move |(nth_branch, branch)| {
            let last = if nth_branch == end.branch { end.leaf + 1 } else { branch.leaves.len() };
            branch.leaves.iter().enumerate().take(last).rev().flat_map(move |(nth_leaf, leaf)| {
                let last = if nth_branch == end.branch && nth_leaf == end.leaf { end.at } else { leaf.len() };
                leaf.iter().copied().take(last).rev()
            })
        })
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
        let branch = self.fences.child(key, |child| keys.key(self.branches[child].first()));
        let leaves = &self.branches[branch].leaves;
        let leaf = self.branches[branch].fences.child(key, |child| keys.key(leaves[child][0]));
        let at = leaves[leaf].partition_point(|place| match keys.key(*place).cmp(key) {
            Ordering::Less => true,
            Ordering::Equal => !included,
            Ordering::Greater => false,
        });
        Position { branch, leaf, at }
    }

    fn split_branch(&mut self, at: usize, at_the_end: bool, keys: &impl Keys) {
        let branch = &mut self.branches[at];
        // Who only ever appends shall fill what it leaves behind.
        let half = if at_the_end { BRANCH } else { branch.leaves.len() / 2 };
        let leaves = branch.leaves.split_off(half);
        let mut next = Branch { leaves, fences: Fences::new() };
        branch.renew(keys);
        next.renew(keys);
        self.branches.insert(at + 1, next);
        self.renew(keys);
    }

    fn renew(&mut self, keys: &impl Keys) {
        let last = self.branches.last().map_or("", |branch| keys.key(branch.last()));
        self.fences.renew(self.branches.iter().map(|branch| keys.key(branch.first())), last);
    }
}

impl Branch {
    fn first(&self) -> u32 {
        self.leaves[0][0]
    }

    fn last(&self) -> u32 {
        self.leaves.last().and_then(|leaf| leaf.last()).copied().unwrap_or_default()
    }

    fn split_leaf(&mut self, at: usize, at_the_end: bool, keys: &impl Keys) {
        let leaf = &mut self.leaves[at];
        let half = if at_the_end { LEAF } else { leaf.len() / 2 };
        let mut next = Vec::with_capacity(LEAF + 1);
        next.extend(leaf.drain(half..));
        let first = keys.key(next[0]);
        self.leaves.insert(at + 1, next);
        self.fences.insert(at + 1, first);
    }

    /// Puts a leaf in order that a place was removed from.
    fn after_removal(&mut self, at: usize, was_first: bool, keys: &impl Keys) {
        if self.leaves[at].is_empty() {
            self.leaves.remove(at);
            self.fences.remove(at);
            return;
        }
        if was_first {
            self.fences.set(at, keys.key(self.leaves[at][0]));
        }
        let room = |next: &Vec<u32>| self.leaves[at].len() + next.len() <= LEAF / 2;
        if self.leaves.get(at + 1).is_some_and(room) {
            let next = self.leaves.remove(at + 1);
            self.fences.remove(at + 1);
            self.leaves[at].extend(next);
        }
    }

    fn renew(&mut self, keys: &impl Keys) {
        let last = keys.key(self.last());
        self.fences.renew(self.leaves.iter().map(|leaf| keys.key(leaf[0])), last);
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

    fn head_of(&self, key: &str) -> u64 {
        head(key.as_bytes().get(self.common.len()..).unwrap_or_default())
    }

    /// Starts over with other children.
    fn renew<'a>(&mut self, firsts: impl Iterator<Item = &'a str> + Clone, last: &str) {
        // Keys between two that begin alike begin as they do.
        let first = firsts.clone().next().unwrap_or_default();
        self.common = first.as_bytes()[..shared(first.as_bytes(), last.as_bytes())].into();
        self.heads.clear();
        self.heads.extend(firsts.map(|first| head(&first.as_bytes()[self.common.len()..])));
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
            let sizes = |branch: &Branch| branch.leaves.iter().map(Vec::len).all(|n| (1..=LEAF).contains(&n));
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
        assert!(leaves <= 20_000 / LEAF + 1, "{leaves}");
    }
}
