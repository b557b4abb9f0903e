//! [`Refusals`]: what of a catalog Elm cannot hold, all at once.

use std::fmt;

/// Why no client can be made: every reason, in the order of the types; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// `Err` when there is anything to refuse.
    pub(crate) fn none_in(refusals: Vec<Refusal>) -> Result<(), Self> {
        if refusals.is_empty() { Ok(()) } else { Err(Self(refusals)) }
    }

    /// The reasons.
    pub fn iter(&self) -> std::slice::Iter<'_, Refusal> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Refusals {
    type Item = &'a Refusal;
    type IntoIter = std::slice::Iter<'a, Refusal>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A line each.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, refusal) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n")?;
            }
            refusal.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}

/// One thing that Elm cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    place: String,
    problem: String,
    way_out: String,
}

impl Refusal {
    pub(crate) fn new(
        place: impl Into<String>,
        problem: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self { place: place.into(), problem: problem.into(), way_out: way_out.into() }
    }

    /// Where it is, in Rust: `my_app::Order.lines`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong there.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do instead.
    pub fn way_out(&self) -> &str {
        &self.way_out
    }
}

/// Writes the place, what is wrong there, and what to do instead.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.place, self.problem, self.way_out)
    }
}
