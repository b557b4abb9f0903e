//! Lists, sets, arrays and tuples.

use super::heap::{btree, hash_table, linked};
use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Shape, TypeRef, TypeSchema};
use std::collections::{BTreeSet, HashSet, LinkedList, VecDeque};

/// `$owned` is the size of the collection's own allocations, without those of its items.
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
    [] LinkedList<T>: "LinkedList", List, |it| it.len() * linked::<T>();
    [] BTreeSet<T>: "BTreeSet", Set, |it| btree::<T, ()>(it.len());
    [, S: 'static] HashSet<T, S>: "HashSet", Set, |it| hash_table::<T>(it.capacity());
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
    fn violation_in_an_item_is_reported_at_its_index() {
        let value = (1u8, vec![[0.0, f64::NAN], [f64::INFINITY, 1.0]]);
        let report = ValidationErrors::collect(|v| value.check(v)).unwrap_err();
        let pointers: Vec<_> = report.into_iter().map(|v| v.pointer.as_str()).collect();
        assert_eq!(pointers, ["/1/0/1", "/1/1/0"]);
    }
}
