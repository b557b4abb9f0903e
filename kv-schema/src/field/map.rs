//! Maps, which serde writes as objects, and [`MapKey`], the types of their keys.

use super::heap::{btree, hash_table};
use super::{KvField, std_schema};
use crate::check::{Pass, Validator};
use crate::ty::{Shape, TypeRef, TypeSchema};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZero;
use std::sync::Arc;

/// A type that can be the key of a map, because serde writes it as a string in JSON.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key, or a part of one, in a stored type",
    label = "not written as a string in JSON",
    note = "keys of maps, and parts of key templates, are strings, integers, `bool`, `char`, IP addresses, and types of other crates whose features make them fields; with `#[derive(KvField)]` also enums of unit variants, newtypes of all these, and newtypes of a type that is one of these on the wire, as in `struct Id(#[kv(wire = \"String\")] Ulid)`"
)]
pub trait MapKey: 'static {
    /// The type that functions borrow for a key parameter: `str` for strings, otherwise the type
    /// itself.
    type Ref: MapKey + ?Sized;

    /// Writes the key as in JSON, without quotes.
    ///
    /// # Errors
    ///
    /// Returns the errors of the formatter.
    fn write_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Compares two keys. Violations in unordered maps are reported in this order.
    fn cmp_key(&self, other: &Self) -> Ordering;

    /// Returns a value that formats the key as in JSON.
    fn display(&self) -> KeyText<'_, Self> {
        KeyText(self)
    }
}

/// Formats a map's key as in JSON. Created by [`MapKey::display`].
#[derive(Debug)]
pub struct KeyText<'a, K: ?Sized>(&'a K);

impl<K: MapKey + ?Sized> fmt::Display for KeyText<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_key(f)
    }
}

macro_rules! keys {
    ($($ty:ty => $reference:ty),* $(,)?) => {$(
        impl MapKey for $ty {
            type Ref = $reference;

            fn write_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }

            fn cmp_key(&self, other: &Self) -> Ordering {
                self.cmp(other)
            }
        }
    )*};
}

keys! {
    bool => Self, char => Self, i8 => Self, i16 => Self, i32 => Self, i64 => Self, i128 => Self, isize => Self,
    u8 => Self, u16 => Self, u32 => Self, u64 => Self, u128 => Self, usize => Self,
    NonZero<i8> => Self, NonZero<i16> => Self, NonZero<i32> => Self, NonZero<i64> => Self, NonZero<i128> => Self,
    NonZero<isize> => Self, NonZero<u8> => Self, NonZero<u16> => Self, NonZero<u32> => Self, NonZero<u64> => Self,
    NonZero<u128> => Self, NonZero<usize> => Self, IpAddr => Self, Ipv4Addr => Self, Ipv6Addr => Self,
    str => str, String => str, Box<str> => str, Arc<str> => str, Cow<'static, str> => str,
}

macro_rules! maps {
    ($([$($param:tt)*] $ty:ty: $name:literal, |$this:ident| $owned:expr, $walk:ident);* $(;)?) => {$(
        impl<K: KvField + MapKey, V: KvField $($param)*> KvField for $ty {
            fn schema() -> &'static TypeSchema {
                std_schema!($name, [K, V], Shape::Map { key: TypeRef::of::<K>(), value: TypeRef::of::<V>() })
            }

            fn check(&self, v: &mut Validator<'_>) {
                $walk(self.iter(), v, |key: &K, value: &V, v: &mut Validator<'_>| {
                    key.check(v);
                    value.check(v);
                });
            }

            fn heap_size(&self) -> usize {
                let owned = |(key, value): (&K, &V)| key.heap_size() + value.heap_size();
                let $this = self;
                $owned + self.iter().map(owned).sum::<usize>()
            }
        }
    )*};
}

maps! {
    [] BTreeMap<K, V>: "BTreeMap", |it| btree::<K, V>(it.len()), in_order;
    [, S: 'static] HashMap<K, V, S>: "HashMap", |it| hash_table::<(K, V)>(it.capacity()), in_key_order;
}

fn in_order<'m, K: MapKey, V: 'm>(
    entries: impl Iterator<Item = (&'m K, &'m V)>,
    v: &mut Validator<'_>,
    mut check: impl FnMut(&K, &V, &mut Validator<'_>),
) {
    for (key, value) in entries {
        check(key, value, &mut v.entry(&key.display()));
    }
}

/// Checks the entries of a map that is not ordered by key, and reports violations in key order.
///
/// The first pass takes the entries in any order, because most maps are valid. A second pass in key
/// order follows only if the first one finds a violation. Nested maps use the pass of the outermost
/// map, so every value is checked at most twice.
pub(crate) fn in_key_order<'m, K: MapKey, V: 'm>(
    entries: impl Iterator<Item = (&'m K, &'m V)> + Clone,
    v: &mut Validator<'_>,
    mut check: impl FnMut(&K, &V, &mut Validator<'_>),
) {
    let mut in_any_order = |v: &mut Validator<'_>| in_order(entries.clone(), v, &mut check);
    match v.pass() {
        Pass::Probing => return in_any_order(v),
        Pass::Only if !v.in_pass(Pass::Probing, in_any_order) => return,
        Pass::Only | Pass::Ordered => {}
    }
    let mut entries: Vec<_> = entries.collect();
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp_key(b));
    v.in_pass(Pass::Ordered, |v| in_order(entries.into_iter(), v, check));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn violations_are_reported_in_key_order_with_the_key_in_their_pointer() {
        let bad = |keys: &[&str]| keys.iter().map(|k| ((*k).to_owned(), f64::NAN)).collect::<HashMap<_, _>>();
        let report = ValidationErrors::collect(|v| bad(&["b", "c/d", "a", "~"]).check(v)).unwrap_err();
        let pointers: Vec<_> = report.into_iter().map(|v| v.pointer.as_str()).collect();
        assert_eq!(pointers, ["/a", "/b", "/c~1d", "/~0"]);
    }

    #[test]
    fn numeric_keys_are_ordered_by_value() {
        let keys = [10u32, 9, 100];
        let hashed: HashMap<_, _> = keys.map(|k| (k, f64::NAN)).into();
        let sorted: BTreeMap<_, _> = keys.map(|k| (k, f64::NAN)).into();
        let report =
            |value: &dyn Fn(&mut Validator<'_>)| ValidationErrors::collect(|v| value(v)).unwrap_err();
        let of_hashed = report(&|v| hashed.check(v));
        assert_eq!(of_hashed, report(&|v| sorted.check(v)));
        assert_eq!(of_hashed.violations()[0].pointer, "/9");
    }

    #[test]
    fn nested_maps_are_checked_at_most_twice() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static CHECKS: AtomicUsize = AtomicUsize::new(0);
        struct Leaf(u8);
        impl KvField for Leaf {
            fn schema() -> &'static TypeSchema {
                bool::schema()
            }
            fn check(&self, v: &mut Validator<'_>) {
                CHECKS.fetch_add(1, Ordering::Relaxed);
                v.report("rule", &[], "must hold");
            }
            fn heap_size(&self) -> usize {
                usize::from(self.0)
            }
        }
        type Nested<T> = HashMap<u8, T>;
        let inner: Nested<Leaf> = (0..3).map(|n| (n, Leaf(n))).collect();
        let nested: Nested<Nested<Nested<Nested<Leaf>>>> =
            HashMap::from([(1, HashMap::from([(2, HashMap::from([(3, inner)]))]))]);
        let report = ValidationErrors::collect(|v| nested.check(v)).unwrap_err();
        let pointers: Vec<_> = report.iter().map(|v| v.pointer.as_str()).collect();
        assert_eq!(pointers, ["/1/2/3/0", "/1/2/3/1", "/1/2/3/2"]);
        assert_eq!(CHECKS.load(Ordering::Relaxed), 2 * 3);
    }
}
