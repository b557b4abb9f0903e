//! `len` and `non_empty`.

use crate::check::{Param, Validator};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// `len(min, max)`: the length of a string or a collection, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Len {
    /// The minimum length, if any.
    pub min: Option<usize>,
    /// The maximum length, if any.
    pub max: Option<usize>,
}

impl Len {
    /// The rule's name.
    pub const NAME: &'static str = "len";

    /// Reports a violation if the length is out of bounds. Takes time linear in the length of a
    /// string.
    #[inline]
    pub fn check<T: HasLen + ?Sized>(&self, value: &T, v: &mut Validator<'_>) {
        self.admits(value, v);
    }

    /// Does the same as [`check`](Self::check), and returns whether the length is within the
    /// bounds. If it is not, a derived check skips the other rules of the field.
    #[inline]
    pub fn admits<T: HasLen + ?Sized>(&self, value: &T, v: &mut Validator<'_>) -> bool {
        // For most strings, the length in bytes decides without counting characters.
        let fails = value.bounds().is_some_and(|(least, most)| !self.holds(least) || !self.holds(most))
            && value.measure().is_some_and(|len| !self.holds(len));
        if fails {
            self.report(T::UNIT, v);
        }
        !fails
    }

    #[inline]
    fn holds(self, len: usize) -> bool {
        self.min.is_none_or(|min| len >= min) && self.max.is_none_or(|max| len <= max)
    }

    #[cold]
    fn report(self, unit: Unit, v: &mut Validator<'_>) {
        v.report_with(Self::NAME, || (self.params(), self.sentence(unit)));
    }

    /// Returns the message: `must have 1 to 64 characters`.
    pub fn sentence(self, unit: Unit) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("must have {min} to {max} {}", unit.noun(2)),
            (Some(min), None) => format!("must have at least {min} {}", unit.noun(min)),
            (None, Some(max)) => format!("must have at most {max} {}", unit.noun(max)),
            (None, None) => format!("may have any number of {}", unit.noun(2)),
        }
    }

    fn params(self) -> Vec<(&'static str, Param)> {
        let param = |name, bound: Option<usize>| {
            // A length never exceeds `isize::MAX`, so the conversion cannot fail on any platform.
            bound.map(|n| (name, Param::Int(i128::try_from(n).unwrap_or(i128::MAX))))
        };
        param("min", self.min).into_iter().chain(param("max", self.max)).collect()
    }
}

/// `non_empty`: a string or a collection that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonEmpty;

impl NonEmpty {
    /// The rule's name.
    pub const NAME: &'static str = "non_empty";

    /// The message.
    pub const SENTENCE: &'static str = "must not be empty";

    /// Reports a violation if the value is empty.
    pub fn check<T: HasLen + ?Sized>(&self, value: &T, v: &mut Validator<'_>) {
        if value.is_empty() == Some(true) {
            v.report(Self::NAME, &[], Self::SENTENCE);
        }
    }
}

/// The unit of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values of a string.
    Characters,
    /// Items of a collection.
    Items,
}

impl Unit {
    const fn noun(self, n: usize) -> &'static str {
        match (self, n) {
            (Self::Characters, 1) => "character",
            (Self::Characters, _) => "characters",
            (Self::Items, 1) => "item",
            (Self::Items, _) => "items",
        }
    }
}

/// A type that `len` and `non_empty` apply to: strings and collections.
#[diagnostic::on_unimplemented(
    message = "the rules `len` and `non_empty` do not apply to `{Self}`",
    label = "neither a string nor a collection",
    note = "`len` and `non_empty` are for strings and collections, and for an `Option` of one; put a newtype's rule on the field inside it"
)]
pub trait HasLen {
    /// The unit of the length.
    const UNIT: Unit;

    /// Returns the length; `None` for an `Option` that is `None`.
    fn measure(&self) -> Option<usize>;

    /// Returns a lower and an upper bound of the length in constant time, for types where
    /// [`measure`](Self::measure) has to count; `None` for an `Option` that is `None`.
    #[inline]
    fn bounds(&self) -> Option<(usize, usize)> {
        self.measure().map(|len| (len, len))
    }

    /// Returns whether the value is empty; `None` for an `Option` that is `None`.
    fn is_empty(&self) -> Option<bool>;
}

impl HasLen for str {
    const UNIT: Unit = Unit::Characters;

    #[inline]
    fn measure(&self) -> Option<usize> {
        // Most strings are ASCII, and checking for it is faster than counting.
        Some(if self.is_ascii() { self.len() } else { self.chars().count() })
    }

    #[inline]
    fn bounds(&self) -> Option<(usize, usize)> {
        // A character has one to four bytes.
        Some((self.len().div_ceil(4), self.len()))
    }

    fn is_empty(&self) -> Option<bool> {
        Some(Self::is_empty(self))
    }
}

impl HasLen for String {
    const UNIT: Unit = Unit::Characters;

    #[inline]
    fn measure(&self) -> Option<usize> {
        self.as_str().measure()
    }

    #[inline]
    fn bounds(&self) -> Option<(usize, usize)> {
        self.as_str().bounds()
    }

    fn is_empty(&self) -> Option<bool> {
        HasLen::is_empty(self.as_str())
    }
}

/// Implements [`HasLen`] for collections, whose `len` counts items.
macro_rules! counted {
    ($([$($param:ident)*] $ty:ty),* $(,)?) => {$(
        impl<$($param),*> $crate::rule::HasLen for $ty {
            const UNIT: $crate::rule::Unit = $crate::rule::Unit::Items;

            fn measure(&self) -> Option<usize> {
                Some(self.len())
            }

            fn is_empty(&self) -> Option<bool> {
                Some(self.len() == 0)
            }
        }
    )*};
}

#[cfg(any(feature = "indexmap", feature = "serde_json"))]
pub(crate) use counted;

counted! {
    [T] [T],
    [T] Vec<T>,
    [T] VecDeque<T>,
    [T] LinkedList<T>,
    [T] BTreeSet<T>,
    [T S] HashSet<T, S>,
    [K V] BTreeMap<K, V>,
    [K V S] HashMap<K, V, S>,
}

/// Implements [`HasLen`] for types that dereference to a type with a length.
macro_rules! measured {
    ($([$($param:tt)*] $ty:ty => $target:ty),* $(,)?) => {$(
        impl<$($param)*> $crate::rule::HasLen for $ty {
            const UNIT: $crate::rule::Unit = <$target as $crate::rule::HasLen>::UNIT;

            fn measure(&self) -> Option<usize> {
                $crate::rule::HasLen::measure(&**self)
            }

            #[inline]
            fn bounds(&self) -> Option<(usize, usize)> {
                $crate::rule::HasLen::bounds(&**self)
            }

            fn is_empty(&self) -> Option<bool> {
                $crate::rule::HasLen::is_empty(&**self)
            }
        }
    )*};
}

#[cfg(feature = "smol_str")]
pub(crate) use measured;

measured! {
    [] &str => str,
    [T: HasLen + ?Sized] Box<T> => T,
    [T: HasLen + ?Sized] Rc<T> => T,
    [T: HasLen + ?Sized] Arc<T> => T,
    [T: HasLen + ToOwned + ?Sized] Cow<'_, T> => T,
}

impl<T: HasLen> HasLen for Option<T> {
    const UNIT: Unit = T::UNIT;

    fn measure(&self) -> Option<usize> {
        self.as_ref()?.measure()
    }

    #[inline]
    fn bounds(&self) -> Option<(usize, usize)> {
        self.as_ref()?.bounds()
    }

    fn is_empty(&self) -> Option<bool> {
        HasLen::is_empty(self.as_ref()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    fn verdict<T: HasLen + ?Sized>(min: Option<usize>, max: Option<usize>, value: &T) -> Option<String> {
        let report = ValidationErrors::collect(|v| Len { min, max }.check(value, v));
        report.err().map(|errors| errors.violations()[0].message.clone())
    }

    #[test]
    fn strings_count_unicode_scalar_values() {
        assert_eq!(verdict(Some(2), Some(2), "é🙂"), None);
        assert_eq!(verdict(Some(3), None, "é🙂").as_deref(), Some("must have at least 3 characters"));
        assert_eq!(verdict(None, Some(1), "é🙂").as_deref(), Some("must have at most 1 character"));
    }

    #[test]
    fn bounds_of_a_length_agree_with_counting() {
        for text in ["", "a", "abcd", "abcde", "é🙂", "🙂🙂", "🙂🙂x"] {
            let count = text.chars().count();
            for bound in 0..10 {
                assert_eq!(verdict(Some(bound), None, text).is_none(), count >= bound, "{text} {bound}");
                assert_eq!(verdict(None, Some(bound), &Box::<str>::from(text)).is_none(), count <= bound);
                let exactly = verdict(Some(bound), Some(bound), &Some(text.to_owned()));
                assert_eq!(exactly.is_none(), count == bound, "{text} {bound}");
            }
        }
    }

    #[test]
    fn collections_count_items() {
        assert_eq!(verdict(Some(1), Some(3), &vec![1, 2, 3]), None);
        assert_eq!(verdict(Some(1), Some(2), &vec![1, 2, 3]).as_deref(), Some("must have 1 to 2 items"));
        assert_eq!(
            verdict(Some(1), Some(1), &BTreeSet::<u8>::new()).as_deref(),
            Some("must have 1 to 1 items")
        );
    }

    #[test]
    fn none_breaks_no_rule() {
        assert_eq!(verdict(Some(1), None, &None::<String>), None);
        assert!(verdict(Some(1), None, &Some(String::new())).is_some());
        assert!(ValidationErrors::collect(|v| NonEmpty.check(&None::<Box<str>>, v)).is_ok());
        assert!(ValidationErrors::collect(|v| NonEmpty.check(&Some(""), v)).is_err());
        assert!(ValidationErrors::collect(|v| NonEmpty.check(&Some(Arc::<str>::from("")), v)).is_err());
    }

    #[test]
    fn parameters_are_the_given_bounds_only() {
        let report =
            ValidationErrors::collect(|v| Len { min: None, max: Some(1) }.check("ab", v)).unwrap_err();
        assert_eq!(report.violations()[0].params, [("max", Param::Int(1))]);
    }
}
