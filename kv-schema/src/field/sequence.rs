//! Lists, sets, arrays and tuples.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Shape, TypeRef, TypeSchema};
use std::collections::{BTreeSet, HashSet, VecDeque};

/// `$owned` is what the collection has requested for itself, without what its items own.
macro_rules! collections {
    ($([$($param:tt)*] $ty:ty: $name:literal, $shape:ident, |$this:ident| $owned:expr);* $(;)?) => {$(
        impl<T: KvField $($param)*> KvField for $ty {
            fn schema() -> &'static TypeSchema {
                std_schema!($name, [T], Shape::$shape(TypeRef::of::<T>()))
            }

            fn check(&self, v: &mut Validator<'_>) {
                for (index, item) in self.iter().enumerate() {
                    item.check(&mut v.item(index));
                }
            }

            fn heap_size(&self) -> usize {
                let $this = self;
                $owned + self.iter().map(KvField::heap_size).sum::<usize>()
            }
        }
    )*};
}

collections! {
    [] Vec<T>: "Vec", List, |it| it.capacity() * size_of::<T>();
    [] VecDeque<T>: "VecDeque", List, |it| it.capacity() * size_of::<T>();
    [] BTreeSet<T>: "BTreeSet", Set, |it| btree_size(it.len(), size_of::<T>());
    [, S: 'static] HashSet<T, S>: "HashSet", Set, |it| hash_table_size(it.capacity(), size_of::<T>());
}

/// What a B-tree of `len` entries of `entry` bytes has requested.
///
/// Source: std's nodes hold up to 11 entries (`CAPACITY` in `alloc::collections::btree::node`), a parent pointer and
/// two counts; inner nodes hold 12 pointers besides. Beyond one leaf, nodes grown by insertion are filled to
/// about 7 of 11.
pub(super) const fn btree_size(len: usize, entry: usize) -> usize {
    let leaf = 11 * entry + 16;
    match len {
        0 => 0,
        1..=11 => leaf,
        _ => {
            let leaves = len.div_ceil(7);
            leaves * leaf + leaves.div_ceil(8) * (leaf + 12 * size_of::<usize>())
        }
    }
}

/// What a hash table with room for `capacity` entries of `entry` bytes has requested.
///
/// Source: hashbrown fills 7 of 8 buckets (all but one of a table of up to 8), has a power of two of them, a control byte for each
/// and 16 bytes of padding.
pub(super) const fn hash_table_size(capacity: usize, entry: usize) -> usize {
    if capacity == 0 {
        return 0;
    }
    let buckets = if capacity < 8 {
        (capacity + 1).next_power_of_two()
    } else {
        (capacity * 8 / 7).next_power_of_two()
    };
    buckets * (entry + 1) + 16
}

impl<T: KvField, const N: usize> KvField for [T; N] {
    fn schema() -> &'static TypeSchema {
        std_schema!("array", [T], Shape::Array { item: TypeRef::of::<T>(), len: N })
    }

    fn check(&self, v: &mut Validator<'_>) {
        for (index, item) in self.iter().enumerate() {
            item.check(&mut v.item(index));
        }
    }

    fn heap_size(&self) -> usize {
        self.iter().map(KvField::heap_size).sum()
    }
}

macro_rules! tuples {
    ($(($($param:ident $index:tt),+));* $(;)?) => {$(
        impl<$($param: KvField),+> KvField for ($($param,)+) {
            fn schema() -> &'static TypeSchema {
                std_schema!("tuple", [$($param),+], Shape::Tuple(&[$(TypeRef::of::<$param>()),+]))
            }

            fn check(&self, v: &mut Validator<'_>) {
                $(self.$index.check(&mut v.item($index));)+
            }

            fn heap_size(&self) -> usize {
                0 $(+ self.$index.heap_size())+
            }
        }
    )*};
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn a_violation_inside_stands_at_its_index() {
        let value = (1u8, vec![[0.0, f64::NAN], [f64::INFINITY, 1.0]]);
        let report = ValidationErrors::collect(|v| value.check(v)).unwrap_err();
        let pointers: Vec<_> = report.into_iter().map(|v| v.pointer.as_str()).collect();
        assert_eq!(pointers, ["/1/0/1", "/1/1/0"]);
    }

    #[test]
    fn a_table_of_the_standard_library_is_estimated_from_its_capacity() {
        assert_eq!(HashSet::<u64>::new().heap_size(), 0);
        assert_eq!(hash_table_size(3, 8), 4 * 9 + 16);
        assert_eq!(hash_table_size(7, 8), 8 * 9 + 16);
        assert_eq!(hash_table_size(14, 8), 16 * 9 + 16);
        assert_eq!(hash_table_size(28, 8), 32 * 9 + 16);
        assert_eq!((btree_size(0, 16), btree_size(11, 16), btree_size(12, 16)), (0, 192, 672));
    }
}
