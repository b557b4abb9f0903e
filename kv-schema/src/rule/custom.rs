//! `custom`.

use crate::check::{Param, Validator};
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// `custom = "path"`: a function of the application.
///
/// The function takes a reference to the field and returns `Result<(), E>`, where `E` displays a
/// message that continues "this field …". On an `Option`, the function may take a reference to the
/// inner value; on a `String`, a `&str`; on a `Vec<T>`, a `&[T]`; on a `Box<T>`, a `&T`. A generic
/// function is named with its arguments: `custom = "fits::<String>"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Custom {
    /// The function's name, without its module.
    pub name: &'static str,
}

impl Custom {
    /// The rule's name.
    pub const NAME: &'static str = "custom";

    /// Reports a violation with the function's message if the function returns an error.
    pub fn check<T, U, E>(&self, value: &T, v: &mut Validator<'_>, accept: impl FnOnce(&U) -> Result<(), E>)
    where
        T: CustomSubject<U>,
        U: ?Sized,
        E: fmt::Display,
    {
        if let Some(Err(message)) = value.subject().map(accept) {
            v.report(Self::NAME, &[("name", Param::Text(self.name))], message);
        }
    }
}

/// A type whose values a function that takes `&U` can check.
#[diagnostic::on_unimplemented(
    message = "the function of this `custom` rule takes `&{U}`, but the field is `{Self}`",
    label = "not what the function takes",
    note = "the function takes a reference to the field's type, or to the type inside its `Option`"
)]
pub trait CustomSubject<U: ?Sized> {
    /// Returns the argument of the function; `None` for an `Option` that is `None`.
    fn subject(&self) -> Option<&U>;
}

impl<T> CustomSubject<T> for T {
    fn subject(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T> CustomSubject<T> for Option<T> {
    fn subject(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// Implements [`CustomSubject`] for types that dereference to the target, and for `Option`s of
/// them.
macro_rules! dereferenced {
    ($([$($param:tt)*] $ty:ty => $target:ty),* $(,)?) => {$(
        impl<$($param)*> $crate::rule::CustomSubject<$target> for $ty {
            fn subject(&self) -> Option<&$target> {
                Some(self)
            }
        }

        impl<$($param)*> $crate::rule::CustomSubject<$target> for Option<$ty> {
            fn subject(&self) -> Option<&$target> {
                Some(self.as_ref()?)
            }
        }
    )*};
}

#[cfg(feature = "smol_str")]
pub(crate) use dereferenced;

dereferenced! {
    [] String => str,
    [] Box<str> => str,
    [] Rc<str> => str,
    [] Arc<str> => str,
    [] Cow<'static, str> => str,
    [T] Vec<T> => [T],
    [T] Box<[T]> => [T],
    [T] Rc<[T]> => [T],
    [T] Arc<[T]> => [T],
    [T, const N: usize] [T; N] => [T],
    [T] Box<T> => T,
    [T] Rc<T> => T,
    [T] Arc<T> => T,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a rule's function takes a reference")]
    fn even(n: &i32) -> Result<(), &'static str> {
        if n % 2 == 0 { Ok(()) } else { Err("must be even") }
    }

    fn lower(text: &str) -> Result<(), String> {
        if text == text.to_lowercase() { Ok(()) } else { Err(format!("must be {}", text.to_lowercase())) }
    }

    fn sorted(items: &[i32]) -> Result<(), &'static str> {
        if items.is_sorted() { Ok(()) } else { Err("must be sorted") }
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::ref_option,
        reason = "a rule's function takes a reference"
    )]
    fn present(value: &Option<i32>) -> Result<(), &'static str> {
        value.map(drop).ok_or("must be there")
    }

    #[test]
    fn function_takes_the_field_or_its_content() {
        const RULE: Custom = Custom { name: "it" };
        let message = |check: &dyn Fn(&mut Validator<'_>)| {
            ValidationErrors::collect(|v| check(v)).err().map(|e| e.violations()[0].message.clone())
        };
        assert_eq!(message(&|v| RULE.check(&3, v, even)).as_deref(), Some("must be even"));
        assert_eq!(message(&|v| RULE.check(&Some(3), v, even)).as_deref(), Some("must be even"));
        assert_eq!(message(&|v| RULE.check(&None::<i32>, v, even)), None);
        assert_eq!(message(&|v| RULE.check(&None::<i32>, v, present)).as_deref(), Some("must be there"));
        assert_eq!(message(&|v| RULE.check(&"Ab".to_owned(), v, lower)).as_deref(), Some("must be ab"));
        assert_eq!(message(&|v| RULE.check(&Some("Ab".to_owned()), v, lower)).as_deref(), Some("must be ab"));
        assert_eq!(message(&|v| RULE.check(&vec![2, 1], v, sorted)).as_deref(), Some("must be sorted"));
        assert_eq!(message(&|v| RULE.check(&Some(vec![1, 2]), v, sorted)), None);
        assert_eq!(message(&|v| RULE.check(&[2, 1], v, sorted)).as_deref(), Some("must be sorted"));
        assert_eq!(message(&|v| RULE.check(&Some(Box::new(3)), v, even)).as_deref(), Some("must be even"));
        assert_eq!(
            message(&|v| RULE.check(&Some(Arc::<str>::from("A")), v, lower)).as_deref(),
            Some("must be a")
        );
    }
}
