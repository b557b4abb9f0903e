//! Ranges and `Bound`.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};

/// serde writes ranges as structs. Source: its `impl Deserialize for Range` refuses unknown
/// members.
macro_rules! ranges {
    ($($ty:ident: $($name:ident |$this:ident| $bound:expr),+);* $(;)?) => {$(
        impl<T: KvField> KvField for $ty<T> {
            fn schema() -> &'static TypeSchema {
                std_schema!(
                    stringify!($ty),
                    [T],
                    Shape::Struct(Fields::Named {
                        fields: const { &[$(Field::new(stringify!($name), TypeRef::of::<T>())),+] },
                        deny_unknown: true,
                    })
                )
            }

            fn check(&self, v: &mut Validator<'_>) {
                $({
                    let $this = self;
                    $bound.check(&mut v.member(stringify!($name)));
                })+
            }

            fn heap_size(&self) -> usize {
                0 $(+ {
                    let $this = self;
                    $bound.heap_size()
                })+
            }
        }
    )*};
}

ranges! {
    Range: start |it| it.start, end |it| it.end;
    RangeInclusive: start |it| it.start(), end |it| it.end();
    RangeFrom: start |it| it.start;
    RangeTo: end |it| it.end;
}

/// serde writes it as an enum: `"Unbounded"`, `{"Included": …}` or `{"Excluded": …}`.
impl<T: KvField> KvField for Bound<T> {
    fn schema() -> &'static TypeSchema {
        const fn content(field: &'static Field) -> Fields {
            Fields::Newtype { field, transparent: false }
        }
        std_schema!(
            "Bound",
            [T],
            Shape::Enum(Enum {
                tagging: Tagging::External,
                variants: &[
                    Variant::new("Unbounded", Fields::Unit),
                    Variant::new("Included", content(const { &Field::new("0", TypeRef::of::<T>()) })),
                    Variant::new("Excluded", content(const { &Field::new("0", TypeRef::of::<T>()) })),
                ],
            })
        )
    }

    fn check(&self, v: &mut Validator<'_>) {
        match self {
            Self::Unbounded => {}
            Self::Included(bound) => bound.check(&mut v.member("Included")),
            Self::Excluded(bound) => bound.check(&mut v.member("Excluded")),
        }
    }

    fn heap_size(&self) -> usize {
        match self {
            Self::Unbounded => 0,
            Self::Included(bound) | Self::Excluded(bound) => bound.heap_size(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn violation_in_a_range_is_reported_at_its_bound() {
        fn pointers(value: &impl KvField) -> Vec<String> {
            let report = ValidationErrors::collect(|v| value.check(v)).unwrap_err();
            report.violations().iter().map(|violation| violation.pointer.clone()).collect()
        }
        assert_eq!(pointers(&(f64::NAN..f64::NAN)), ["/start", "/end"]);
        assert_eq!(pointers(&(0.0..=f64::NAN)), ["/end"]);
        assert_eq!(pointers(&(f64::NAN..)), ["/start"]);
        assert_eq!(pointers(&(..f64::NAN)), ["/end"]);
        assert_eq!(pointers(&Bound::Included(f64::NAN)), ["/Included"]);
        assert_eq!(pointers(&Bound::Excluded(f64::NAN)), ["/Excluded"]);
        assert!(ValidationErrors::collect(|v| Bound::<f64>::Unbounded.check(v)).is_ok());
    }
}
