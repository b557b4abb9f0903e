//! Scalars: numbers, `bool`, `char`, strings and `()`.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::rule::FINITE;
use crate::ty::{FloatKind, IntKind, Shape, TypeSchema};
use std::cmp::Reverse;
use std::marker::PhantomData;
use std::num::{NonZero, Wrapping};

macro_rules! plain {
    ($($ty:ty: $name:literal => $shape:expr),* $(,)?) => {$(
        impl KvField for $ty {
            fn schema() -> &'static TypeSchema {
                std_schema!($name, [], $shape)
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                0
            }
        }
    )*};
}

plain! {
    (): "()" => Shape::Unit,
    bool: "bool" => Shape::Bool,
    char: "char" => Shape::Char,
    i8: "i8" => Shape::Int(IntKind::I8),
    i16: "i16" => Shape::Int(IntKind::I16),
    i32: "i32" => Shape::Int(IntKind::I32),
    i64: "i64" => Shape::Int(IntKind::I64),
    i128: "i128" => Shape::Int(IntKind::I128),
    isize: "isize" => Shape::Int(IntKind::Isize),
    u8: "u8" => Shape::Int(IntKind::U8),
    u16: "u16" => Shape::Int(IntKind::U16),
    u32: "u32" => Shape::Int(IntKind::U32),
    u64: "u64" => Shape::Int(IntKind::U64),
    u128: "u128" => Shape::Int(IntKind::U128),
    usize: "usize" => Shape::Int(IntKind::Usize),
}

macro_rules! non_zero {
    ($($ty:ty => $kind:ident),* $(,)?) => {$(
        impl KvField for NonZero<$ty> {
            fn schema() -> &'static TypeSchema {
                std_schema!("NonZero", [$ty], Shape::NonZero(IntKind::$kind))
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                0
            }
        }
    )*};
}

non_zero! {
    i8 => I8, i16 => I16, i32 => I32, i64 => I64, i128 => I128, isize => Isize,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64, u128 => U128, usize => Usize,
}

/// serde writes these types like the type that they wrap.
macro_rules! wrappers {
    ($($wrapper:ident),*) => {$(
        impl<T: KvField> KvField for $wrapper<T> {
            fn schema() -> &'static TypeSchema {
                T::schema()
            }

            fn check(&self, v: &mut Validator<'_>) {
                self.0.check(v);
            }

            fn heap_size(&self) -> usize {
                self.0.heap_size()
            }
        }
    )*};
}

wrappers!(Wrapping, Reverse);

impl<T: ?Sized + 'static> KvField for PhantomData<T> {
    fn schema() -> &'static TypeSchema {
        std_schema!("PhantomData", [], Shape::Unit)
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}

macro_rules! floats {
    ($($ty:ty: $name:literal => $kind:expr),* $(,)?) => {$(
        impl KvField for $ty {
            fn schema() -> &'static TypeSchema {
                std_schema!($name, [], Shape::Float($kind))
            }

            /// NaN and infinity break the rule, because JSON writes them as `null`, which is not
            /// read as a number.
            fn check(&self, v: &mut Validator<'_>) {
                if !self.is_finite() && !v.allows_any_float() {
                    v.report(FINITE, &[], "must be a finite number");
                }
            }

            fn heap_size(&self) -> usize {
                0
            }
        }
    )*};
}

floats! {
    f32: "f32" => FloatKind::F32,
    f64: "f64" => FloatKind::F64,
}

impl KvField for &'static str {
    fn schema() -> &'static TypeSchema {
        String::schema()
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}

impl KvField for String {
    fn schema() -> &'static TypeSchema {
        std_schema!("String", [], Shape::String)
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        self.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn float_must_be_finite() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let report = ValidationErrors::collect(|v| Some(bad).check(v)).unwrap_err();
            assert_eq!(report.violations()[0].rule, "finite");
            assert_eq!(report.to_string(), "the value must be a finite number");
        }
        assert!(ValidationErrors::collect(|v| f64::MAX.check(v)).is_ok());
        assert!(ValidationErrors::collect(|v| f32::NAN.check(v)).is_err());
        assert!(ValidationErrors::collect(|v| None::<f32>.check(v)).is_ok());
        assert!(ValidationErrors::collect(|v| Wrapping(f32::NAN).check(v)).is_err());
    }
}
