//! [`Limits`].

use std::time::Duration;

/// How much a request may take. What the store takes in is bounded by its own limits.
///
/// | limit | default |
/// |---|---|
/// | [`body_bytes`](Self::body_bytes) | 64 KiB |
/// | [`body_time`](Self::body_time) | 10 s |
/// | [`page_bytes`](Self::page_bytes) | 4 MiB |
///
/// ```
/// use kv_http::Limits;
/// use std::time::Duration;
///
/// let limits = Limits::default().body_bytes(1 << 20).body_time(Duration::from_secs(30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) body_time: Duration,
    pub(crate) page_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: 64 << 10, body_time: Duration::from_secs(10), page_bytes: 4 << 20 }
    }
}

impl Limits {
    /// How many bytes a body may have. More is answered with 413.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().body_bytes(1 << 20);
    /// ```
    pub const fn body_bytes(self, bytes: usize) -> Self {
        Self { body_bytes: bytes, ..self }
    }

    /// How long a body may take to arrive. Longer is answered with 408.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let limits = kv_http::Limits::default().body_time(Duration::from_secs(30));
    /// ```
    pub const fn body_time(self, time: Duration) -> Self {
        Self { body_time: time, ..self }
    }

    /// How many bytes a page of entries, or the answer to a batch, may have before no further entry is put into it. A page
    /// has one entry at least, and says that there are more.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().page_bytes(256 << 10);
    /// ```
    pub const fn page_bytes(self, bytes: usize) -> Self {
        Self { page_bytes: bytes, ..self }
    }
}
