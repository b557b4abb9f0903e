//! `one_of`.

use crate::check::{Param, Validator};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// `one_of("a", "b")`: a string that is one of the given texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneOf {
    /// The allowed texts, in source order.
    pub allowed: &'static [&'static str],
}

impl OneOf {
    /// The rule's name.
    pub const NAME: &'static str = "one_of";

    /// Reports a violation if the value is not one of the allowed texts.
    pub fn check<T: HasText + ?Sized>(&self, value: &T, v: &mut Validator<'_>) {
        if value.text().is_some_and(|text| !self.allowed.contains(&text)) {
            v.report_with(Self::NAME, || (vec![("allowed", Param::Texts(self.allowed))], self.sentence()));
        }
    }

    /// Returns the message: `must be one of light, dark`.
    pub fn sentence(self) -> String {
        format!("must be one of {}", self.allowed.join(", "))
    }
}

/// A type that `one_of`, `pattern`, `email` and `url` apply to: strings.
#[diagnostic::on_unimplemented(
    message = "the rules `one_of`, `pattern`, `email` and `url` do not apply to `{Self}`",
    label = "not a string",
    note = "they are for strings, and for an `Option` of one; put a newtype's rule on the field inside it"
)]
pub trait HasText {
    /// Returns the text; `None` for an `Option` that is `None`.
    fn text(&self) -> Option<&str>;
}

impl HasText for str {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl HasText for &str {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl HasText for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl HasText for Cow<'_, str> {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        impl<T: HasText + ?Sized> HasText for $pointer<T> {
            fn text(&self) -> Option<&str> {
                (**self).text()
            }
        }
    )*};
}

pointers!(Box, Rc, Arc);

impl<T: HasText> HasText for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref()?.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn allowed_texts_are_compared_exactly() {
        let rule = OneOf { allowed: &["light", "dark"] };
        let holds = |value: &dyn HasText| ValidationErrors::collect(|v| rule.check(value, v)).is_ok();
        assert!(holds(&"dark".to_owned()));
        assert!(holds(&None::<String>));
        assert!(holds(&Cow::Borrowed("light")));
        assert!(!holds(&Some(Box::<str>::from("Dark"))));
        let report = ValidationErrors::collect(|v| rule.check("blue", v)).unwrap_err();
        assert_eq!(report.to_string(), "the value must be one of light, dark");
        assert_eq!(report.violations()[0].params, [("allowed", Param::Texts(&["light", "dark"]))]);
    }
}
