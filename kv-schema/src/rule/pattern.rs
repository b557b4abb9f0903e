//! `pattern`, and the predefined patterns `email` and `url`.

use super::HasText;
use crate::check::{Param, Validator};
use regex_lite::Regex;
use std::sync::OnceLock;

/// `pattern = "^[a-z]+$"`: a string with a match of the pattern, in the grammar of
/// [`pattern`](crate::pattern). Without `^` and `$`, the match can be anywhere in the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern.
    pub text: &'static str,
}

impl Pattern {
    /// The rule's name.
    pub const NAME: &'static str = "pattern";

    /// Reports a violation if the value does not match. Takes time linear in the value.
    pub fn check<T: HasText + ?Sized>(&self, matcher: &Matcher, value: &T, v: &mut Validator<'_>) {
        if value.text().is_some_and(|text| !matcher.is_match(text)) {
            v.report_with(Self::NAME, || (vec![("pattern", Param::Text(self.text))], self.sentence()));
        }
    }

    /// Returns the message: `must match the pattern ^[a-z]+$`.
    pub fn sentence(self) -> String {
        format!("must match the pattern {}", self.text)
    }
}

/// A pattern that is compiled on its first use.
#[derive(Debug)]
pub struct Matcher {
    text: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Matcher {
    /// Creates a matcher. If the pattern does not compile, the matcher matches no text. Patterns
    /// that [`pattern::check`](crate::pattern::check) accepts always compile.
    pub const fn new(text: &'static str) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    /// Returns whether a text contains a match.
    ///
    /// ```
    /// use kv_schema::rule::Matcher;
    ///
    /// static LANGUAGE: Matcher = Matcher::new("^[a-z]{2}(-[A-Z]{2})?$");
    /// assert!(LANGUAGE.is_match("de-CH"));
    /// assert!(!LANGUAGE.is_match("Deutsch"));
    /// ```
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.get_or_init(|| compile(self.text).ok()).as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// Compiles a pattern.
pub(crate) fn compile(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| error.to_string())
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $word:literal, $sentence:literal, $text:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// The rule's name.
            pub const NAME: &'static str = $word;

            /// The message.
            pub const SENTENCE: &'static str = $sentence;

            /// The pattern.
            pub const PATTERN: &'static str = $text;

            /// Reports a violation if the value does not match. Takes time linear in the value.
            pub fn check<T: HasText + ?Sized>(&self, value: &T, v: &mut Validator<'_>) {
                static MATCHER: Matcher = Matcher::new($name::PATTERN);
                if value.text().is_some_and(|text| !MATCHER.is_match(text)) {
                    v.report(Self::NAME, &[], Self::SENTENCE);
                }
            }
        }
    };
}

named! {
    /// `email`: the form of an email address, as in a browser's `<input type="email">`. It does not
    /// check that the address exists.
    ///
    /// Source: the HTML standard, section "Email state", "valid email address".
    Email, "email", "must be an email address",
    "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\
     (?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
}

named! {
    /// `url`: an absolute `http` or `https` address with a host and without a user name. Characters
    /// beyond ASCII must be percent-encoded, or written as `xn--…` in a host.
    ///
    /// Source: RFC 9110, sections 4.2.1 and 4.2.2 (`http-URI`, `https-URI`), with the parts of RFC
    /// 3986, section 3 and appendix A. User names are refused because of RFC 9110, section 4.2.4.
    Url, "url", "must be a web address that starts with http:// or https://",
    "^[Hh][Tt][Tt][Pp][Ss]?://\
     (?:\\[[0-9A-Fa-f:.]+\\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::[0-9]*)?\
     (?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*\
     (?:\\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?\
     (?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;
    use crate::pattern;

    #[test]
    fn pattern_matches_anywhere_and_its_anchors_are_the_ends_of_the_text() {
        let holds = |pattern: &'static str, text: &str| Matcher::new(pattern).is_match(text);
        assert!(holds("[0-9]{2}", "in 42 ways"));
        assert!(!holds("^[0-9]{2}$", "42\n"));
        assert!(!holds("^[0-9]{2}$", "x\n42"));
        assert!(!holds("(", "("), "no pattern");
        let rule = Pattern { text: "[02468]$" };
        let even = Matcher::new(rule.text);
        assert!(ValidationErrors::collect(|v| rule.check(&even, &None::<String>, v)).is_ok());
        let report = ValidationErrors::collect(|v| rule.check(&even, "13", v)).unwrap_err();
        assert_eq!(report.to_string(), "the value must match the pattern [02468]$");
        assert_eq!(report.violations()[0].params, [("pattern", Param::Text("[02468]$"))]);
    }

    #[test]
    fn email_has_the_form_that_browsers_accept() {
        pattern::check(Email::PATTERN).unwrap();
        let holds = |text: &str| ValidationErrors::collect(|v| Email.check(text, v)).is_ok();
        for good in ["a@b", "ada@acme.example", "x.y+z@a-b.c-d.example", "!#$%&'*+/=?^_`{|}~-@x"] {
            assert!(holds(good), "{good}");
        }
        let label = "a".repeat(63);
        assert!(holds(&format!("a@{label}.example")) && !holds(&format!("a@{label}a.example")));
        for bad in ["", "a", "@b", "a@", "a b@c", "a@-b", "a@b-", "a@b..c", "a@b.", "ä@b", "a@b\n", "a@b@c"]
        {
            assert!(!holds(bad), "{bad}");
        }
    }

    #[test]
    fn url_is_absolute_with_http_or_https() {
        pattern::check(Url::PATTERN).unwrap();
        let holds = |text: &str| ValidationErrors::collect(|v| Url.check(text, v)).is_ok();
        for good in [
            "http://a",
            "HTTPS://acme.example:8080/a/b?c=d&e#f",
            "https://[2001:db8::1]:443/",
            "https://xn--mller-kva.example/%C3%BC",
            "http://1.2.3.4?q#",
        ] {
            assert!(holds(good), "{good}");
        }
        for bad in [
            "",
            "acme.example",
            "//acme.example",
            "ftp://a",
            "javascript:alert(1)",
            "http://",
            "http:///a",
            "http://a b",
            "http://müller.example",
            "http://user:secret@a",
            "http://a/%zz",
            "http://a\n",
            " http://a",
            "http://a/<b>",
        ] {
            assert!(!holds(bad), "{bad}");
        }
    }
}
