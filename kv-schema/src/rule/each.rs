//! `each`.

use super::Rule;
use crate::check::Validator;
use crate::field::{MapKey, in_key_order};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// `each(rule…)`: rules for every item of a collection, and for every value of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Each {
    /// The rules for an item, in source order.
    pub rules: &'static [Rule],
}

impl Each {
    /// The rule's name in an attribute. Violations have the name of the item's rule.
    pub const NAME: &'static str = "each";

    /// Runs a check on every item, with a validator at the item's place.
    pub fn check<T: EachSubject + ?Sized>(
        value: &T,
        v: &mut Validator<'_>,
        mut check: impl FnMut(&T::Item, &mut Validator<'_>),
    ) {
        value.walk(v, &mut check);
    }
}

/// A type that `each` applies to: collections.
#[diagnostic::on_unimplemented(
    message = "the rule `each` does not apply to `{Self}`",
    label = "not a collection",
    note = "`each` is for collections, and for an `Option` of one; put a newtype's rule on the field inside it"
)]
pub trait EachSubject {
    /// The type of the items.
    type Item;

    /// Calls `check` for each item in order, for map entries in key order, with a validator at the
    /// item's place.
    fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&Self::Item, &mut Validator<'_>));
}

/// Implements [`EachSubject`] for collections whose items have an index.
macro_rules! lists {
    ($([$($param:tt)*] $ty:ty),* $(,)?) => {$(
        impl<T $($param)*> $crate::rule::EachSubject for $ty {
            type Item = T;

            fn walk(
                &self,
                v: &mut $crate::check::Validator<'_>,
                check: &mut dyn FnMut(&T, &mut $crate::check::Validator<'_>),
            ) {
                for (index, item) in self.iter().enumerate() {
                    check(item, &mut v.item(index));
                }
            }
        }
    )*};
}

#[cfg(feature = "indexmap")]
pub(crate) use lists;

lists! {
    [] [T],
    [] Vec<T>,
    [] VecDeque<T>,
    [] LinkedList<T>,
    [] BTreeSet<T>,
    [, S] HashSet<T, S>,
    [, const N: usize] [T; N],
}

impl<K: MapKey, T> EachSubject for BTreeMap<K, T> {
    type Item = T;

    fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&T, &mut Validator<'_>)) {
        for (key, value) in self {
            check(value, &mut v.entry(&key.display()));
        }
    }
}

impl<K: MapKey, T, S> EachSubject for HashMap<K, T, S> {
    type Item = T;

    fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&T, &mut Validator<'_>)) {
        in_key_order(self.iter(), v, |_, value, v| check(value, v));
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        impl<C: EachSubject + ?Sized> EachSubject for $pointer<C> {
            type Item = C::Item;

            fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&C::Item, &mut Validator<'_>)) {
                (**self).walk(v, check);
            }
        }
    )*};
}

pointers!(Box, Rc, Arc);

impl<C: EachSubject> EachSubject for Option<C> {
    type Item = C::Item;

    fn walk(&self, v: &mut Validator<'_>, check: &mut dyn FnMut(&C::Item, &mut Validator<'_>)) {
        if let Some(items) = self {
            items.walk(v, check);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;
    use crate::rule::NonEmpty;

    fn pointers<T: EachSubject<Item = String>>(value: &T) -> Vec<String> {
        let report = ValidationErrors::collect(|v| Each::check(value, v, |item, v| NonEmpty.check(item, v)));
        report.map_or_else(|errors| errors.into_iter().map(|v| v.pointer.clone()).collect(), |()| Vec::new())
    }

    #[test]
    fn violation_is_reported_at_its_item() {
        let list = vec!["a".to_owned(), String::new(), "c".to_owned(), String::new()];
        assert_eq!(pointers(&list), ["/1", "/3"]);
        assert_eq!(pointers(&Some(list)), ["/1", "/3"]);
        assert_eq!(pointers(&None::<Vec<String>>), [""; 0]);
    }

    #[test]
    fn map_entries_are_checked_in_key_order() {
        let names = (0..300).map(|n| (n, String::new()));
        let sorted: Vec<_> = (0..100).map(|n| format!("/{n}")).collect();
        assert_eq!(pointers(&names.clone().collect::<BTreeMap<i32, _>>()), sorted);
        assert_eq!(pointers(&names.collect::<HashMap<i32, _>>()), sorted);
    }
}
