//! [`UnsupportedTypes`]: the types of a catalog that Elm cannot represent.

use std::fmt;

/// Everything in a catalog that Elm cannot represent, in the order of the types; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedTypes(Vec<Unsupported>);

impl UnsupportedTypes {
    /// Returns an error unless the list is empty.
    pub(crate) fn check(found: Vec<Unsupported>) -> Result<(), Self> {
        if found.is_empty() { Ok(()) } else { Err(Self(found)) }
    }

    /// Iterates over the places that Elm cannot represent.
    pub fn iter(&self) -> std::slice::Iter<'_, Unsupported> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a UnsupportedTypes {
    type Item = &'a Unsupported;
    type IntoIter = std::slice::Iter<'a, Unsupported>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Writes one line for each place.
impl fmt::Display for UnsupportedTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, unsupported) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n")?;
            }
            unsupported.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for UnsupportedTypes {}

/// A type, field or variant that Elm cannot represent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    place: String,
    problem: String,
    help: String,
}

impl Unsupported {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), help: help.into() }
    }

    /// Returns the path in Rust: `my_app::Order.lines`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns what is wrong.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Returns how to fix it.
    pub fn help(&self) -> &str {
        &self.help
    }
}

/// Writes the place, the problem and the help.
impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.place, self.problem, self.help)
    }
}
