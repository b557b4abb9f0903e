//! Owning pointers (`Box`, `Rc`, `Arc`, `Cow`), which serde writes like their target.

use super::KvField;
use super::heap::shared;
use crate::check::Validator;
use crate::ty::{TypeRef, TypeSchema};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// `$own` is the size of the pointer's allocation: the value, and the two counts of `Rc` and `Arc`.
macro_rules! pointers {
    ($($pointer:ident: $own:path),*) => {$(
        impl<T: KvField> KvField for $pointer<T> {
            fn schema() -> &'static TypeSchema {
                T::schema()
            }

            fn check(&self, v: &mut Validator<'_>) {
                (**self).check(v);
            }

            fn heap_size(&self) -> usize {
                $own(&**self) + (**self).heap_size()
            }

            const __TYPE: TypeRef = T::__TYPE;
        }

        impl KvField for $pointer<str> {
            fn schema() -> &'static TypeSchema {
                String::schema()
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                $own(&**self)
            }
        }

        impl<T: KvField> KvField for $pointer<[T]> {
            fn schema() -> &'static TypeSchema {
                Vec::<T>::schema()
            }

            fn check(&self, v: &mut Validator<'_>) {
                check_items(self, v);
            }

            fn heap_size(&self) -> usize {
                $own(&**self) + self.iter().map(KvField::heap_size).sum::<usize>()
            }
        }
    )*};
}

pointers!(Box: size_of_val, Rc: shared, Arc: shared);

/// A borrowed value is static and owns nothing on the heap.
macro_rules! cows {
    ($([$($param:tt)*] $borrowed:ty => $owned:ty, |$value:ident, $v:ident| $check:expr);* $(;)?) => {$(
        impl<$($param)*> KvField for Cow<'static, $borrowed> {
            fn schema() -> &'static TypeSchema {
                <$owned>::schema()
            }

            fn check(&self, $v: &mut Validator<'_>) {
                let $value: &$borrowed = self;
                $check
            }

            fn heap_size(&self) -> usize {
                match self {
                    Self::Borrowed(_) => 0,
                    Self::Owned(value) => value.heap_size(),
                }
            }
        }
    )*};
}

cows! {
    [] str => String, |_value, _v| {};
    [T: KvField + Clone] [T] => Vec<T>, |items, v| check_items(items, v);
    [T: KvField + Clone] T => T, |value, v| value.check(v);
}

fn check_items<T: KvField>(items: &[T], v: &mut Validator<'_>) {
    for (index, item) in items.iter().enumerate() {
        item.check(&mut v.item(index));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn borrowed_value_of_a_cow_is_checked_but_has_no_heap_size() {
        const BAD: [f64; 2] = [0.0, f64::NAN];
        fn pointer(value: &impl KvField) -> String {
            ValidationErrors::collect(|v| value.check(v)).unwrap_err().violations()[0].pointer.clone()
        }
        let borrowed: Cow<'static, [f64]> = Cow::Borrowed(&BAD);
        assert_eq!(pointer(&borrowed), "/1");
        assert_eq!(pointer(&Cow::<'static, f64>::Owned(f64::NAN)), "");
        assert_eq!((borrowed.heap_size(), Cow::<'static, [f64]>::Owned(BAD.to_vec()).heap_size()), (0, 16));
    }
}
