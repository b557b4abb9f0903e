//! What the collections of the standard library request of the allocator, told from outside.

/// What a B-tree of `len` entries has requested.
///
/// Source: `alloc::collections::btree::node`. A node has room for 11 entries (`CAPACITY`), a pointer to its parent and
/// two counts; an inner one has 12 pointers to others besides.
///
/// How far the nodes are filled is told by nothing. Insertion in order leaves 6 of 11, in any other order 7 to 8 in the
/// mean; this is between. Of 24,000 trees of `u64` to `u64`, of 12 to 20,000 entries, grown by insertion, one of 70
/// was beyond a fifth, at most 1.4 times, most of those of 89 to 117 entries, where a third level comes sooner or later. What is collected from an iterator is filled
/// to the last place, and overestimated: 1.4 to 1.8 times.
pub(super) const fn btree<K, V>(len: usize) -> usize {
    let leaf = size_of::<Leaf<K, V>>();
    let inner = size_of::<Inner<K, V>>();
    match len {
        0 => 0,
        1..=11 => leaf,
        _ => {
            // In sixteenths, since a leaf more or less is much in a small tree.
            let leaves = if len > 17 { 2 * len - 3 } else { 32 };
            // Above up to 12 leaves stands one; beyond, one has about 6 nodes below it.
            let inners = if len > 88 { leaves / 6 } else { 16 };
            (leaves * leaf + inners * inner) / 16
        }
    }
}

#[expect(dead_code, reason = "only its layout is of interest")]
struct Leaf<K, V> {
    parent: *const (),
    keys: [K; 11],
    values: [V; 11],
    index: u16,
    len: u16,
}

#[repr(C)]
struct Inner<K, V> {
    data: Leaf<K, V>,
    edges: [*const (); 12],
}

/// What a hash table with room for `capacity` entries has requested.
///
/// Source: hashbrown, `capacity_to_buckets` and `calculate_layout_for`. Buckets are a power of two, at least 4, of which
/// 7 of 8 are filled, of up to 8 all but one; behind them stand a byte for each and those of one group.
pub(super) const fn hash_table<T>(capacity: usize) -> usize {
    /// How many buckets are looked at together: with SSE2, 16, else a word.
    const GROUP: usize = if cfg!(target_feature = "sse2") { 16 } else { size_of::<usize>() };
    let buckets = match capacity {
        0 => return 0,
        1..=3 => 4,
        4..=7 => 8,
        8..=14 => 16,
        _ => (capacity * 8 / 7).next_power_of_two(),
    };
    (buckets * size_of::<T>()).next_multiple_of(GROUP) + buckets + GROUP
}

/// What one item of a linked list has requested. Source: `alloc::collections::linked_list`, a node with two pointers.
pub(super) const fn linked<T>() -> usize {
    size_of::<(Option<&()>, Option<&()>, T)>()
}

/// What an `Rc` or `Arc` of a value has requested. Source: two counts stand before it, by C's rules.
pub(super) const fn shared<T: ?Sized>(value: &T) -> usize {
    let align =
        if align_of_val(value) > align_of::<usize>() { align_of_val(value) } else { align_of::<usize>() };
    ((2 * size_of::<usize>()).next_multiple_of(align_of_val(value)) + size_of_val(value))
        .next_multiple_of(align)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_the_sizes_of_their_buckets() {
        if cfg!(target_feature = "sse2") {
            assert_eq!([0, 1, 3].map(hash_table::<u64>), [0, 4 * 9 + 16, 4 * 9 + 16]);
            assert_eq!([7, 14, 28].map(hash_table::<u64>), [8 * 9 + 16, 16 * 9 + 16, 32 * 9 + 16]);
            assert_eq!(hash_table::<[u8; 3]>(3), 16 + 4 + 16);
        }
    }

    #[test]
    fn trees_of_one_leaf_are_exact() {
        assert_eq!([0, 1, 11].map(btree::<u64, u64>), [0, 192, 192]);
        assert_eq!(btree::<u64, u64>(12), 2 * 192 + 288);
    }
}
