//! `Option` and `Result`.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};

impl<T: KvField> KvField for Option<T> {
    fn schema() -> &'static TypeSchema {
        std_schema!("Option", [T], Shape::Option(TypeRef::of::<T>()))
    }

    fn check(&self, v: &mut Validator<'_>) {
        if let Some(value) = self {
            value.check(v);
        }
    }

    fn heap_size(&self) -> usize {
        self.as_ref().map_or(0, KvField::heap_size)
    }
}

/// serde writes it as an enum: `{"Ok": …}` or `{"Err": …}`.
impl<T: KvField, E: KvField> KvField for Result<T, E> {
    fn schema() -> &'static TypeSchema {
        std_schema!(
            "Result",
            [T, E],
            Shape::Enum(Enum {
                tagging: Tagging::External,
                variants: &[
                    Variant::new("Ok", content(const { &Field::new("0", TypeRef::of::<T>()) })),
                    Variant::new("Err", content(const { &Field::new("0", TypeRef::of::<E>()) })),
                ],
            })
        )
    }

    fn check(&self, v: &mut Validator<'_>) {
        match self {
            Ok(value) => value.check(&mut v.member("Ok")),
            Err(error) => error.check(&mut v.member("Err")),
        }
    }

    fn heap_size(&self) -> usize {
        match self {
            Ok(value) => value.heap_size(),
            Err(error) => error.heap_size(),
        }
    }
}

const fn content(field: &'static Field) -> Fields {
    Fields::Newtype { field, transparent: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn violation_in_a_result_is_reported_under_its_variant() {
        let pointer = |value: Result<Option<f64>, [f64; 1]>| {
            ValidationErrors::collect(|v| value.check(v)).map_err(|e| e.violations()[0].pointer.clone())
        };
        assert_eq!(pointer(Ok(Some(f64::NAN))).unwrap_err(), "/Ok");
        assert_eq!(pointer(Err([f64::NAN])).unwrap_err(), "/Err/0");
        assert_eq!(pointer(Ok(None)), Ok(()));
    }
}
