//! Maps and sets of `indexmap`. JSON keeps their order only if its reader does.

use crate::check::Validator;
use crate::field::heap::hash_table;
use crate::field::{KvField, MapKey, in_key_order, schema};
use crate::rule::{EachSubject, counted, lists};
use crate::ty::{Shape, TypeRef, TypeSchema};
use indexmap::{IndexMap, IndexSet};

impl<K: KvField + MapKey, V: KvField, S: 'static> KvField for IndexMap<K, V, S> {
    fn schema() -> &'static TypeSchema {
        schema!(
            "indexmap",
            "IndexMap",
            [K, V],
            Shape::Map { key: TypeRef::of::<K>(), value: TypeRef::of::<V>() }
        )
    }

    fn check(&self, v: &mut Validator<'_>) {
        in_key_order(self.iter(), v, |key, value, v| {
            key.check(v);
            value.check(v);
        });
    }

    fn heap_size(&self) -> usize {
        let owned = |(key, value): (&K, &V)| key.heap_size() + value.heap_size();
        table::<(usize, K, V)>(self.capacity()) + self.iter().map(owned).sum::<usize>()
    }
}

impl<T: KvField, S: 'static> KvField for IndexSet<T, S> {
    fn schema() -> &'static TypeSchema {
        schema!("indexmap", "IndexSet", [T], Shape::Set(TypeRef::of::<T>()))
    }

    fn check(&self, v: &mut Validator<'_>) {
        for (index, item) in self.iter().enumerate() {
            item.check(&mut v.item(index));
        }
    }

    fn heap_size(&self) -> usize {
        table::<(usize, T)>(self.capacity()) + self.iter().map(KvField::heap_size).sum::<usize>()
    }
}

/// Source: indexmap stores its entries with their hashes in a `Vec`, and their positions in a hash
/// table of the same capacity.
const fn table<Entry>(capacity: usize) -> usize {
    capacity * size_of::<Entry>() + hash_table::<usize>(capacity)
}

counted!([K V S] IndexMap<K, V, S>, [T S] IndexSet<T, S>);
lists!([, S] IndexSet<T, S>);

impl<K: MapKey, T, S> EachSubject for IndexMap<K, T, S> {
    type Item = T;

    fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&T, &mut Validator<'_>)) {
        in_key_order(self.iter(), v, |_, value, v| check(value, v));
    }
}
