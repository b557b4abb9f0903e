//! The grammar of `#[kv(elm = "…")]`, the Elm name of a type, a variant or a field.
//!
//! A name consists of at most [`MAX_LEN`] ASCII letters, digits and `_`. Names of types and
//! variants start with an upper-case letter, names of fields with a lower-case letter. Elm also
//! accepts some letters beyond ASCII, but its tools differ in which.

use std::fmt;

/// The most bytes that a name may have. Elm 0.19.1 stores the length of a name in one byte. This
/// limit leaves room for the words that names of functions add, such as `validate`, and for the
/// arguments of generic types.
pub const MAX_LEN: usize = 128;

/// The words that Elm reserves. Source: Elm 0.19.1, `compiler/src/Parse/Variable.hs`,
/// `reservedWords`.
pub const RESERVED: [&str; 14] = [
    "if", "then", "else", "case", "of", "let", "in", "type", "module", "where", "import", "exposing", "as",
    "port",
];

/// The built-in Elm types that generated code refers to without a module. A type of the same name
/// would hide them.
pub const OWN_TYPES: [&str; 10] =
    ["List", "String", "Int", "Float", "Bool", "Char", "Maybe", "Result", "Dict", "Set"];

/// The built-in Elm constructors that elm-format reads as literals.
pub const BOOLS: [&str; 2] = ["True", "False"];

/// Checks that a text can be the name of a type.
///
/// # Errors
///
/// Returns [`ElmNameError`] if it cannot.
///
/// ```
/// use kv_schema::elm::{self, ElmNameError};
///
/// assert_eq!(elm::check_type("OrderStatus"), Ok(()));
/// assert_eq!(elm::check_type("orderStatus"), Err(ElmNameError::Start('o')));
/// assert_eq!(elm::check_type("List"), Err(ElmNameError::OwnType));
/// ```
pub fn check_type(name: &str) -> Result<(), ElmNameError> {
    check_variant(name)?;
    if OWN_TYPES.contains(&name) { Err(ElmNameError::OwnType) } else { Ok(()) }
}

/// Checks that a text can be the name of a variant.
///
/// # Errors
///
/// Returns [`ElmNameError`] if it cannot.
pub fn check_variant(name: &str) -> Result<(), ElmNameError> {
    check(name, |c| c.is_ascii_uppercase())?;
    if BOOLS.contains(&name) { Err(ElmNameError::Reserved) } else { Ok(()) }
}

/// Checks that a text can be the name of a field.
///
/// # Errors
///
/// Returns [`ElmNameError`] if it cannot.
///
/// ```
/// use kv_schema::elm::{self, ElmNameError};
///
/// assert_eq!(elm::check_field("itemId"), Ok(()));
/// assert_eq!(elm::check_field("port"), Err(ElmNameError::Reserved));
/// ```
pub fn check_field(name: &str) -> Result<(), ElmNameError> {
    check(name, |c| c.is_ascii_lowercase())?;
    if RESERVED.contains(&name) { Err(ElmNameError::Reserved) } else { Ok(()) }
}

fn check(name: &str, may_start: impl Fn(char) -> bool) -> Result<(), ElmNameError> {
    let Some(first) = name.chars().next() else { return Err(ElmNameError::Empty) };
    if !may_start(first) {
        return Err(ElmNameError::Start(first));
    }
    if let Some(bad) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_')) {
        return Err(ElmNameError::Character(bad));
    }
    if name.len() > MAX_LEN {
        return Err(ElmNameError::TooLong { len: name.len() });
    }
    Ok(())
}

/// The error for a text that cannot be a name in Elm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElmNameError {
    /// The text is empty.
    Empty,
    /// The first character is not an ASCII letter of the right case.
    Start(char),
    /// A character is neither an ASCII letter, a digit nor `_`.
    Character(char),
    /// The name has more than [`MAX_LEN`] bytes.
    TooLong {
        /// The number of bytes.
        len: usize,
    },
    /// The name is one of [`RESERVED`] or of [`BOOLS`].
    Reserved,
    /// The name is one of [`OWN_TYPES`].
    OwnType,
}

impl fmt::Display for ElmNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a name in Elm cannot be empty"),
            Self::Start(c) => write!(
                f,
                "a name in Elm starts with an ASCII letter, upper-case for types and variants and lower-case for \
                 fields (found {c:?})"
            ),
            Self::Character(c) => {
                write!(f, "a name in Elm has only ASCII letters, digits and `_` (found {c:?})")
            }
            Self::TooLong { len } => {
                write!(f, "a name in Elm has at most {MAX_LEN} bytes here (found {len})")
            }
            Self::Reserved => f.write_str("this word is reserved in Elm; add a `_` or take another name"),
            Self::OwnType => {
                f.write_str("this type would hide Elm's own type of that name; take another name")
            }
        }
    }
}

impl std::error::Error for ElmNameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_ascii_letters_digits_and_underscores_after_a_letter_of_its_case() {
        let longest = format!("A{}", "a".repeat(MAX_LEN - 1));
        for good in ["A", "Aa_9_", "If", "Just", &longest] {
            assert_eq!(check_variant(good), Ok(()), "{good}");
            assert_eq!(check_type(good), Ok(()), "{good}");
        }
        assert_eq!(check_variant("Maybe"), Ok(()));
        assert_eq!(check_variant("True"), Err(ElmNameError::Reserved));
        for own in OWN_TYPES {
            assert_eq!(check_type(own), Err(ElmNameError::OwnType));
        }
        assert_eq!(check_type(&format!("{longest}a")), Err(ElmNameError::TooLong { len: MAX_LEN + 1 }));
        assert_eq!(check_type(""), Err(ElmNameError::Empty));
        assert_eq!(check_type("_A"), Err(ElmNameError::Start('_')));
        assert_eq!(check_type("Ä"), Err(ElmNameError::Start('Ä')));
        assert_eq!(check_variant("A-b"), Err(ElmNameError::Character('-')));
        assert_eq!(check_variant("Größe"), Err(ElmNameError::Character('ö')));
        for good in ["a", "type_", "itemId", "a_"] {
            assert_eq!(check_field(good), Ok(()), "{good}");
        }
        assert_eq!(check_field("A"), Err(ElmNameError::Start('A')));
        for word in RESERVED {
            assert_eq!(check_field(word), Err(ElmNameError::Reserved));
        }
    }
}
