//! [`Limits`]: the resources that a request may use.

use std::time::Duration;

/// The resources that a request may use. The size of the store is bounded by its own
/// [limits](kv_core::Limits).
///
/// | limit | default |
/// |---|---|
/// | [`body_bytes`](Self::body_bytes) | 64 KiB |
/// | [`body_time`](Self::body_time) | 10 s |
/// | [`page_bytes`](Self::page_bytes) | 4 MiB |
/// | [`in_flight_bytes`](Self::in_flight_bytes) | 512 MiB |
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
    pub(crate) in_flight_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 << 10,
            body_time: Duration::from_secs(10),
            page_bytes: 4 << 20,
            in_flight_bytes: 512 << 20,
        }
    }
}

impl Limits {
    /// Sets the maximum size of a body. A longer body is answered with 413.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().body_bytes(1 << 20);
    /// ```
    pub const fn body_bytes(self, bytes: usize) -> Self {
        Self { body_bytes: bytes, ..self }
    }

    /// Sets the time within which a body must arrive. A slower body is answered with 408.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let limits = kv_http::Limits::default().body_time(Duration::from_secs(30));
    /// ```
    pub const fn body_time(self, time: Duration) -> Self {
        Self { body_time: time, ..self }
    }

    /// Sets the number of bytes after which no further entry is added to a page, and the maximum
    /// size of the entries in the response of a batch.
    ///
    /// A page has at least one entry. If more entries follow, its `next` is set.
    ///
    /// In a batch, an operation is answered with 413 if its entries do not fit into the bytes that
    /// the earlier operations left; a list returns the entries that fit. A value that does not fit
    /// is encoded only in part. A batch encodes at most twice this number of bytes, including those
    /// of values that do not fit; later values are answered with 413 without being encoded. Writes
    /// are always executed and answered: their results and all problems do not count.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().page_bytes(256 << 10);
    /// ```
    pub const fn page_bytes(self, bytes: usize) -> Self {
        Self { page_bytes: bytes, ..self }
    }

    /// Sets the maximum number of bytes of all responses that clients have not read yet. A read or
    /// a batch that would exceed it is answered with 503; such a batch executes nothing. Responses
    /// of up to 64 KiB are neither counted nor refused.
    ///
    /// Set it to a few times the size of the largest value as JSON. It must be at least
    /// [`page_bytes`](Self::page_bytes), or every batch is refused. [Limit slow
    /// readers](crate#serving) as well: otherwise a few clients that never read can block the large
    /// responses of all other clients.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().in_flight_bytes(64 << 20);
    /// ```
    pub const fn in_flight_bytes(self, bytes: usize) -> Self {
        Self { in_flight_bytes: bytes, ..self }
    }
}
