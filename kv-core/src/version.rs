//! [`Version`]: the number of a write.

use std::fmt;
use std::str::FromStr;

/// The number of a write or removal.
///
/// Versions rise with every write and every removal of one tenant and type, and are never reused:
/// an entry that was deleted and written again has another version. Versions of different tenants
/// or types cannot be compared.
///
/// The first version is the Unix time in microseconds. A version from before a restart therefore
/// matches no version after it, unless there was more than one write per microsecond on average or
/// the system clock was set back.
///
/// The text form is decimal digits. Versions are below 2^53, so that JavaScript can represent them.
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
    /// Exclusive upper bound of versions: JavaScript represents integers exactly up to 2^53.
    const LIMIT: u64 = 1 << 53;

    /// A version that no entry has.
    pub const NONE: Self = Self(0);

    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the version as a number.
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

    /// Parses decimal digits, without sign or spaces.
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

/// The error of parsing a text that is not a [`Version`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version is a number in decimal digits, below 2^53")]
pub struct ParseVersionError(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_decimal_digits_below_two_to_the_53() {
        assert_eq!("0".parse(), Ok(Version(0)));
        assert_eq!("007".parse(), Ok(Version(7)));
        assert_eq!("9007199254740991".parse(), Ok(Version((1 << 53) - 1)));
        for bad in ["", "+1", "-1", " 1", "1.0", "0x1", "9007199254740992", "99999999999999999999", "٣"] {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        }
    }
}
