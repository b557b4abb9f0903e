//! Types that serde writes as text. Texts are read and written through serde, because it may differ
//! from the type's `FromStr` and `Display`.

use crate::field::identity;
use crate::ty::Format;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use std::fmt;
use std::hash::Hash;

/// Returns the format of the texts that a type reads.
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

/// Writes the text without quotes.
pub(super) fn write<T: Serialize>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    value.serialize(f)
}

/// Implements `KvField` and `MapKey` for types without heap allocations. The parameters are the
/// name of the format, the sort key, and, if some values would not be read back, a function that
/// returns a message for those.
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

/// Implements `MapKey` for a type that serde writes as text.
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
