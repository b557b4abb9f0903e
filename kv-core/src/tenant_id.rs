//! [`TenantId`]: the normalized host name of a tenant.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a tenant: a normalized host name.
///
/// ASCII letters are converted to lower case; a port and one trailing dot are removed. The rest
/// consists of `a-z`, `0-9`, `.` and `-`, without empty labels and with at most 253 bytes, or is an
/// IPv6 address in brackets.
///
/// ```
/// use kv_core::{TenantError, TenantId};
///
/// assert_eq!(TenantId::new("ACME.example.:8080")?.as_str(), "acme.example");
/// assert_eq!(TenantId::new("[0:0::1]:80")?.as_str(), "[::1]");
/// assert_eq!(TenantId::new("bücher.example"), Err(TenantError::NotAscii));
/// # Ok::<(), TenantError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(Arc<str>);

/// Maximum length of a host name. Source: RFC 1035, section 2.3.4 (255 octets, minus two of the
/// wire format).
const MAX_BYTES: usize = 253;

impl TenantId {
    /// Parses and normalizes a host from a URL or a `Host` header.
    ///
    /// # Errors
    ///
    /// [`TenantError`] if the host is invalid.
    pub fn new(host: &str) -> Result<Self, TenantError> {
        if host.is_empty() {
            return Err(TenantError::Empty);
        }
        if !host.is_ascii() {
            return Err(TenantError::NotAscii);
        }
        match host.strip_prefix('[') {
            Some(rest) => ipv6(rest),
            None => name(host),
        }
    }

    /// Returns the normalized host name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn name(host: &str) -> Result<TenantId, TenantError> {
    let end = host.bytes().position(|byte| byte == b':').unwrap_or(host.len());
    let (name, port) = (&host[..end], host.get(end + 1..).unwrap_or_default());
    let (mut has_upper, mut has_empty_label, mut before) = (false, false, b'.');
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {}
            b'A'..=b'Z' => has_upper = true,
            b'.' => has_empty_label |= before == b'.',
            // Checked before the port, so that an invalid name is not reported as an invalid port.
            invalid => return Err(TenantError::Character(char::from(invalid))),
        }
        before = byte;
    }
    check_port(port)
        .map_err(|error| if host.parse::<Ipv6Addr>().is_ok() { TenantError::Ipv6 } else { error })?;
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return Err(TenantError::Empty);
    }
    if name.len() > MAX_BYTES {
        return Err(TenantError::TooLong { bytes: name.len() });
    }
    if has_empty_label {
        return Err(TenantError::EmptyLabel);
    }
    // Most hosts are in lower case already and need no second copy.
    Ok(TenantId(if has_upper { name.to_ascii_lowercase().into() } else { name.into() }))
}

fn ipv6(rest: &str) -> Result<TenantId, TenantError> {
    let (address, port) = rest.split_once(']').ok_or(TenantError::Ipv6)?;
    let address: Ipv6Addr = address.parse().map_err(|_| TenantError::Ipv6)?;
    match port.strip_prefix(':') {
        Some(port) => check_port(port)?,
        None if port.is_empty() => {}
        None => return Err(TenantError::Ipv6),
    }
    Ok(TenantId(format!("[{address}]").into()))
}

/// Checks a port: digits, or empty. Source: RFC 3986, section 3.2.3.
fn check_port(port: &str) -> Result<(), TenantError> {
    let valid = port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if valid { Ok(()) } else { Err(TenantError::Port) }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for TenantId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantId {
    type Err = TenantError;

    fn from_str(host: &str) -> Result<Self, TenantError> {
        Self::new(host)
    }
}

/// The error of a host that is not a valid tenant name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TenantError {
    /// The host is empty, or only consists of a port or a dot.
    #[error("the host is empty")]
    Empty,
    /// The host contains a character that is not ASCII.
    #[error("the host is not ASCII: write an international name in its `xn--` form")]
    NotAscii,
    /// The host contains a character other than letters, digits, `.` and `-`.
    #[error("the host contains {0:?}: use only letters, digits, `.` and `-`")]
    Character(char),
    /// The host starts with a dot or contains two dots in a row.
    #[error("the host has an empty label: separate labels with one dot")]
    EmptyLabel,
    /// The text after the `:` is not a port.
    #[error("the port is not a number up to 65535")]
    Port,
    /// The brackets do not contain an IPv6 address, or are not followed by the end or a port.
    #[error("the host is not an IPv6 address in brackets, such as `[::1]`, with an optional port")]
    Ipv6,
    /// The host is longer than 253 bytes.
    #[error("the host is longer than 253 bytes (it has {bytes})")]
    TooLong {
        /// Length of the host.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_host_are_one_tenant() {
        for spelling in [
            "acme.example",
            "ACME.Example",
            "acme.example.",
            "acme.example:80",
            "acme.example.:443",
            "acme.example:",
        ] {
            assert_eq!(
                TenantId::new(spelling).map(|id| id.to_string()),
                Ok("acme.example".to_owned()),
                "{spelling}"
            );
        }
        for spelling in ["[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]:8080", "[::1]:"] {
            assert_eq!(
                TenantId::new(spelling).map(|id| id.to_string()),
                Ok("[::1]".to_owned()),
                "{spelling}"
            );
        }
        for good in
            ["a", "127.0.0.1", "localhost", "xn--bcher-kva.example", &format!("{}.a", "a".repeat(251))]
        {
            assert_eq!(TenantId::new(good).as_ref().map(TenantId::as_str), Ok(good));
        }
    }

    #[test]
    fn invalid_hosts_are_rejected() {
        use TenantError::{Character, Empty, EmptyLabel, Ipv6, NotAscii, Port, TooLong};
        for (bad, error) in [
            ("", Empty),
            (".", Empty),
            (":80", Empty),
            ("a}/{b", Character('}')),
            ("a b", Character(' ')),
            ("u@a", Character('@')),
            ("u:p@a", Port),
            ("a_b", Character('_')),
            ("a/b", Character('/')),
            ("a\0", Character('\0')),
            ("a..b", EmptyLabel),
            (".a", EmptyLabel),
            ("a..", EmptyLabel),
            ("a:b", Port),
            ("a:65536", Port),
            ("a:+80", Port),
            ("a:80:80", Port),
            ("::1", Ipv6),
            ("fe80::1:80", Ipv6),
            ("[::1", Ipv6),
            ("[::1]a", Ipv6),
            ("[::g]", Ipv6),
            ("[fe80::1%eth0]", Ipv6),
            ("[]", Ipv6),
            ("[1.2.3.4]", Ipv6),
            ("bücher.example", NotAscii),
        ] {
            assert_eq!(TenantId::new(bad), Err(error), "{bad:?}");
        }
        assert_eq!(TenantId::new(&"a".repeat(8000)), Err(TooLong { bytes: 8000 }));
        assert_eq!(TenantId::new(&format!("{}.", "a".repeat(254))), Err(TooLong { bytes: 254 }));
    }
}
