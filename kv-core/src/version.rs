//! [`Version`].

use std::fmt;
use std::str::FromStr;

/// Which write of an entry this is.
///
/// Versions rise with every write and every removal within one tenant and type, and a store gives none twice: an
/// entry that was deleted and written again has another version. They order the writes of one tenant and type;
/// those of two say nothing about each other.
///
/// The first one is the Unix time in microseconds, so that a version from before a restart matches nothing after
/// it either, as long as there was no more than one write each microsecond on average and the system's clock was
/// not set back.
///
/// Written as decimal digits. Always below 2^53, so that JavaScript can hold one.
///
/// ```
/// use kv_core::Version;
///
/// let version: Version = "1763836800000007".parse()?;
/// assert_eq!(version.to_string(), "1763836800000007");
/// assert!("-1".parse::<Version>().is_err());
/// # Ok::<(), kv_core::ParseVersionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// What every version is below: 2^53, where JavaScript stops counting.
    const LIMIT: u64 = 1 << 53;

    /// A version that no entry ever has.
    pub const NONE: Self = Self(0);

    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The version as a number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Version {
    type Err = ParseVersionError;

    /// Reads decimal digits: no sign, no spaces.
    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseVersionError(()));
        }
        match text.parse() {
            Ok(number) if number < Self::LIMIT => Ok(Self(number)),
            _ => Err(ParseVersionError(())),
        }
    }
}

/// A text that is no [`Version`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version is a number in decimal digits, below 2^53")]
pub struct ParseVersionError(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_decimal_digits_below_two_to_the_53() {
        assert_eq!("0".parse(), Ok(Version(0)));
        assert_eq!("007".parse(), Ok(Version(7)));
        assert_eq!("9007199254740991".parse(), Ok(Version((1 << 53) - 1)));
        for bad in ["", "+1", "-1", " 1", "1.0", "0x1", "9007199254740992", "99999999999999999999", "٣"] {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        }
    }
}
