//! Types that serde writes as text, with serde as the judge: what a type reads and how it prints may differ from its
//! `FromStr` and `Display`.

use crate::field::identity;
use crate::ty::Format;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use std::fmt;
use std::hash::Hash;

/// The form of the texts that a type reads.
pub(super) const fn format<T: DeserializeOwned + Hash>(name: &'static str) -> Format {
    Format {
        name,
        accepts: |text| read::<T>(text).is_some(),
        identity: |text| read::<T>(text).as_ref().map(identity),
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(text)).ok()
}

/// Writes what stands between the quotes.
pub(super) fn write<T: Serialize>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    value.serialize(f)
}

/// A type that owns nothing on the heap, the name of its texts, by what its values are ordered, and, where there are
/// values that would not be read back, a function that says what is expected instead.
#[cfg(any(feature = "chrono", feature = "rust_decimal", feature = "time", feature = "uuid"))]
macro_rules! texts {
    ($module:literal: $($ty:ident: $format:literal, |$it:ident| $order:expr $(, $wrong:path)?);* $(;)?) => {$(
        impl $crate::field::KvField for $ty {
            fn schema() -> &'static $crate::ty::TypeSchema {
                const FORMAT: $crate::ty::Format = $crate::field::foreign::text::format::<$ty>($format);
                $crate::field::schema!($module, stringify!($ty), [], $crate::ty::Shape::Formatted(FORMAT))
            }

            fn check(&self, v: &mut $crate::check::Validator<'_>) {
                let _ = &v;
                $(if let Some(expected) = $wrong(self) {
                    v.report($crate::rule::TYPE, &[], expected);
                })?
            }

            fn heap_size(&self) -> usize {
                0
            }
        }

        $crate::field::foreign::text::text_keys!($ty, |$it| $order);
    )*};
}
#[cfg(any(feature = "chrono", feature = "rust_decimal", feature = "time", feature = "uuid"))]
pub(super) use texts;

/// A type that serde writes as text can be a key.
macro_rules! text_keys {
    ($ty:ty, |$it:ident| $order:expr) => {
        impl $crate::field::MapKey for $ty {
            type Ref = Self;

            fn write_key(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::field::foreign::text::write(self, f)
            }

            fn cmp_key(&self, other: &Self) -> ::std::cmp::Ordering {
                let order = |$it: &Self| $order;
                order(self).cmp(&order(other))
            }
        }
    };
}
pub(super) use text_keys;
