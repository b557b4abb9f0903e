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
    nodes(len, size_of::<Leaf<K, V>>(), size_of::<Inner<K, V>>())
}

/// Returns the same for a tree of which only the size of an entry is known.
#[cfg(feature = "serde")]
pub(super) const fn btree_of(entry: usize, len: usize) -> usize {
    let leaf = (11 * entry + size_of::<Leaf<(), ()>>()).next_multiple_of(align_of::<usize>());
    nodes(len, leaf, leaf + 12 * size_of::<usize>())
}

/// Returns the bytes of the nodes of a B-tree.
const fn nodes(len: usize, leaf: usize, inner: usize) -> usize {
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
    hash_table_of(size_of::<T>(), capacity)
}

/// Returns the same for entries of which only the size is known.
pub(super) const fn hash_table_of(entry: usize, capacity: usize) -> usize {
    /// How many buckets are looked at together: with SSE2, 16, else a word.
    const GROUP: usize = if cfg!(target_feature = "sse2") { 16 } else { size_of::<usize>() };
    let buckets = match capacity {
        0 => return 0,
        1..=3 => 4,
        4..=7 => 8,
        8..=14 => 16,
        _ => (capacity * 8 / 7).next_power_of_two(),
    };
    (buckets * entry).next_multiple_of(GROUP) + buckets + GROUP
}

/// Returns the bytes of a vector that reached `len` items of a size by pushing.
///
/// Source: `alloc::raw_vec`, `grow_amortized`: the capacity doubles, from 8 items of one byte, else from 4, and from 1 of
/// more than 1,024 bytes.
#[cfg(feature = "serde")]
pub(super) const fn pushed(item: usize, len: usize) -> usize {
    let least = match item {
        0..=1 => 8,
        2..=1024 => 4,
        _ => 1,
    };
    match len {
        0 => 0,
        _ if len < least => least * item,
        _ => len.next_power_of_two().saturating_mul(item),
    }
}

/// Returns the bytes of the table or tree of a `serde_json::Map` of `len` members.
#[cfg(any(feature = "serde", feature = "serde_json"))]
pub(super) fn json_members(len: usize) -> usize {
    use serde_json::{Map, Value};
    // With the feature `preserve_order` it is an `IndexMap`, which does not report its capacity.
    if size_of::<Map<String, Value>>() == size_of::<std::collections::BTreeMap<String, Value>>() {
        btree::<String, Value>(len)
    } else {
        len * size_of::<(usize, String, Value)>() + hash_table::<usize>(len)
    }
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

    #[cfg(feature = "serde")]
    #[test]
    fn sizes_of_entries_give_what_their_types_give() {
        for len in [0, 3, 11, 12, 100] {
            assert_eq!(btree_of(size_of::<(u64, u32)>(), len), btree::<u64, [u32; 2]>(len));
            assert_eq!(btree_of(size_of::<(String, u64)>(), len), btree::<String, u64>(len));
        }
        let mut list = Vec::new();
        for n in 1..100_u16 {
            list.push(n);
            assert_eq!(pushed(2, list.len()), 2 * list.capacity());
        }
    }

    #[test]
    fn trees_of_one_leaf_are_exact() {
        assert_eq!([0, 1, 11].map(btree::<u64, u64>), [0, 192, 192]);
        assert_eq!(btree::<u64, u64>(12), 2 * 192 + 288);
    }
}
