//! `one_of`.

use crate::check::{Param, Validator};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// `one_of("a", "b")`: the texts that a string may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneOf {
    /// The allowed texts, in source order.
    pub allowed: &'static [&'static str],
}

impl OneOf {
    /// The rule's name.
    pub const NAME: &'static str = "one_of";

    /// Reports the value when it is none of the allowed texts.
    pub fn check<T: HasText + ?Sized>(&self, value: &T, v: &mut Validator<'_>) {
        if value.text().is_some_and(|text| !self.allowed.contains(&text)) {
            v.report_with(Self::NAME, || (vec![("allowed", Param::Texts(self.allowed))], self.sentence()));
        }
    }

    /// What is expected, for a person: `must be one of light, dark`.
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
    /// The text; `None` for an `Option` that holds nothing.
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
    fn the_text_is_one_of_the_allowed_ones_to_the_letter() {
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
