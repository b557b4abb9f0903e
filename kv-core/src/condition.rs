//! [`Condition`]: what a write or a removal requires of the live entry.

use crate::Version;

/// A requirement on the live entry of a key. A write or a removal whose condition does not hold is
/// a conflict and changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Requires nothing.
    #[default]
    None,
    /// Requires that the key has no entry.
    Absent,
    /// Requires that the key has an entry.
    Present,
    /// Requires that the entry has this version.
    Version(Version),
}

impl Condition {
    /// Checks the condition against the version of the live entry, `None` if there is no entry.
    #[inline]
    pub(crate) fn check(self, current: Option<Version>) -> Result<(), Conflict> {
        let holds = match self {
            Self::None => true,
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::Version(wanted) => current == Some(wanted),
        };
        if holds { Ok(()) } else { Err(Conflict { current }) }
    }
}

/// The error of a condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conflict {
    /// Version of the live entry, `None` if there is no entry.
    pub(crate) current: Option<Version>,
}
