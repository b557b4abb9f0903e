//! Owning pointers, which serde writes as what they point to: `Box`, `Rc`, `Arc`, `Cow`.

use super::KvField;
use crate::check::Validator;
use crate::ty::TypeSchema;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// `$header` is what the pointer's allocation holds beside the value: the two counts of `Rc` and `Arc`.
macro_rules! pointers {
    ($($pointer:ident + $header:expr),*) => {$(
        impl<T: KvField> KvField for $pointer<T> {
            fn schema() -> &'static TypeSchema {
                T::schema()
            }

            fn check(&self, v: &mut Validator<'_>) {
                (**self).check(v);
            }

            fn heap_size(&self) -> usize {
                $header + size_of::<T>() + (**self).heap_size()
            }
        }

        impl KvField for $pointer<str> {
            fn schema() -> &'static TypeSchema {
                String::schema()
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                $header + self.len()
            }
        }

        impl<T: KvField> KvField for $pointer<[T]> {
            fn schema() -> &'static TypeSchema {
                Vec::<T>::schema()
            }

            fn check(&self, v: &mut Validator<'_>) {
                for (index, item) in self.iter().enumerate() {
                    item.check(&mut v.item(index));
                }
            }

            fn heap_size(&self) -> usize {
                $header + size_of_val::<[T]>(self) + self.iter().map(KvField::heap_size).sum::<usize>()
            }
        }
    )*};
}

const COUNTS: usize = 2 * size_of::<usize>();

pointers!(Box + 0, Rc + COUNTS, Arc + COUNTS);

impl KvField for Cow<'static, str> {
    fn schema() -> &'static TypeSchema {
        String::schema()
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        match self {
            Self::Borrowed(_) => 0,
            Self::Owned(text) => text.heap_size(),
        }
    }
}
