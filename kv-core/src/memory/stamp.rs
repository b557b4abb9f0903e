//! [`Stamp`]: a row's version and size in one number, since there are many rows.
//!
//! A version takes 53 bits. The other eleven hold a size as a floating-point number does: five bits of exponent and six of
//! mantissa. So sizes are rounded up, by 1.6 % at most, and everything that counts bytes counts rounded ones.

use crate::Version;

/// How many bits a version has.
const VERSION: u32 = 53;

/// How many bits the mantissa has.
const MANTISSA: u32 = 6;

/// A version, and a size that was [rounded up](round_up).
#[derive(Clone, Copy)]
pub(super) struct Stamp(u64);

impl Stamp {
    #[inline]
    pub(super) fn new(version: Version, bytes: usize) -> Self {
        Self(version.get() | (class(bytes) << VERSION))
    }

    /// The same size at another version.
    #[inline]
    pub(super) fn at(self, version: Version) -> Self {
        Self(version.get() | (self.0 >> VERSION << VERSION))
    }

    #[inline]
    pub(super) fn version(self) -> Version {
        Version::new(self.0 & ((1 << VERSION) - 1))
    }

    #[inline]
    pub(super) fn bytes(self) -> usize {
        size(self.0 >> VERSION)
    }
}

/// A number of bytes as a stamp can hold it. What is beyond 4 GiB counts as that.
#[inline]
pub(super) fn round_up(bytes: usize) -> usize {
    size(class(bytes))
}

/// The least class whose size is no less.
#[inline]
fn class(bytes: usize) -> u64 {
    let bytes = (bytes as u64).min(1 << 32);
    if bytes < 1 << MANTISSA {
        return bytes;
    }
    // The first bit is not written, as in any float.
    let exponent = bytes.ilog2() - MANTISSA;
    let mantissa = bytes.div_ceil(1 << exponent) - (1 << MANTISSA);
    // A mantissa that is one too great is the next exponent.
    (u64::from(exponent + 1) << MANTISSA) + mantissa
}

#[inline]
fn size(class: u64) -> usize {
    let (exponent, mantissa) = (class >> MANTISSA, class & ((1 << MANTISSA) - 1));
    let size = if exponent == 0 { mantissa } else { (mantissa + (1 << MANTISSA)) << (exponent - 1) };
    usize::try_from(size).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up_by_little_and_come_back() {
        let last = Version::new((1 << 53) - 1);
        let powers = (0..33).flat_map(|power| [(1usize << power) - 1, 1 << power, (1 << power) + 1]);
        for bytes in (0..5000).chain(powers) {
            let rounded = round_up(bytes);
            assert!(rounded >= bytes.min(1 << 32) && rounded - rounded / 64 <= bytes, "{bytes}: {rounded}");
            assert_eq!(round_up(rounded), rounded);
            let stamp = Stamp::new(last, rounded);
            assert_eq!((stamp.version(), stamp.bytes()), (last, rounded));
            let first = stamp.at(Version::new(1));
            assert_eq!((first.version(), first.bytes()), (Version::new(1), rounded));
        }
        assert_eq!(round_up(usize::MAX), 1 << 32);
        assert!(class(usize::MAX) < 1 << 11);
    }
}
