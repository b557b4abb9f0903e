//! The bytes that collections of the standard library request from the allocator, estimated from
//! their lengths and capacities.

/// Returns the bytes of a B-tree with `len` entries.
///
/// Source: `alloc::collections::btree::node`. A node has room for 11 entries (`CAPACITY`), a
/// pointer to its parent and two counts; an inner node also has 12 pointers to children.
///
/// The public API does not reveal how full the nodes are. Insertion in key order leaves 6 of 11
/// places filled, insertion in random order 7 to 8 on average; the estimate assumes a value between
/// the two. In a test with 24,000 trees from `u64` to `u64` of 12 to 20,000 entries, grown by
/// insertion, one in 70 was off by more than 20 %, and at most 1.4 times; most of those had 89 to
/// 117 entries, where the third level appears. A tree that is collected from an iterator has full
/// nodes and is overestimated by 1.4 to 1.8 times.
pub(super) const fn btree<K, V>(len: usize) -> usize {
    nodes(len, size_of::<Leaf<K, V>>(), size_of::<Inner<K, V>>())
}

/// Returns the same for a tree, given the size of an entry.
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
            // In sixteenths, because one leaf makes a large difference in a small tree.
            let leaves = if len > 17 { 2 * len - 3 } else { 32 };
            // Up to 12 leaves have one parent. In larger trees, an inner node has about 6 children.
            let inners = if len > 88 { leaves / 6 } else { 16 };
            (leaves * leaf + inners * inner) / 16
        }
    }
}

#[expect(dead_code, reason = "only its layout is used")]
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

/// Returns the bytes of a hash table with room for `capacity` entries.
///
/// Source: hashbrown, `capacity_to_buckets` and `calculate_layout_for`. The number of buckets is a
/// power of two and at least 4. At most 7 of 8 are filled, or all except one of up to 8. After the
/// buckets follow a control byte for each and the bytes of one more group.
pub(super) const fn hash_table<T>(capacity: usize) -> usize {
    hash_table_of(size_of::<T>(), capacity)
}

/// Returns the same, given the size of an entry.
pub(super) const fn hash_table_of(entry: usize, capacity: usize) -> usize {
    /// The number of buckets that are compared together: 16 with SSE2, otherwise the size of a
    /// word.
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

/// Returns the bytes of a vector that grew to `len` items by pushing.
///
/// Source: `alloc::raw_vec`, `grow_amortized`. The capacity doubles. It starts at 8 for items of
/// one byte, at 1 for items of more than 1,024 bytes, and at 4 for others.
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
    // With the feature `preserve_order`, the map is an `IndexMap`, and its capacity is not
    // accessible.
    if size_of::<Map<String, Value>>() == size_of::<std::collections::BTreeMap<String, Value>>() {
        btree::<String, Value>(len)
    } else {
        len * size_of::<(usize, String, Value)>() + hash_table::<usize>(len)
    }
}

/// Returns the bytes of one item of a linked list. Source: `alloc::collections::linked_list`: a
/// node with two pointers.
pub(super) const fn linked<T>() -> usize {
    size_of::<(Option<&()>, Option<&()>, T)>()
}

/// Returns the bytes of the allocation of an `Rc` or `Arc`. Source: `alloc::rc` and `alloc::sync`:
/// a `repr(C)` struct of two counts and the value.
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
    fn size_of_a_hash_table_follows_from_its_buckets() {
        if cfg!(target_feature = "sse2") {
            assert_eq!([0, 1, 3].map(hash_table::<u64>), [0, 4 * 9 + 16, 4 * 9 + 16]);
            assert_eq!([7, 14, 28].map(hash_table::<u64>), [8 * 9 + 16, 16 * 9 + 16, 32 * 9 + 16]);
            assert_eq!(hash_table::<[u8; 3]>(3), 16 + 4 + 16);
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn estimates_by_size_and_by_type_are_equal() {
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
    fn size_of_a_tree_with_one_leaf_is_exact() {
        assert_eq!([0, 1, 11].map(btree::<u64, u64>), [0, 192, 192]);
        assert_eq!(btree::<u64, u64>(12), 2 * 192 + 288);
    }
}
