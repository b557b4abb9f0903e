//! [`Limits`].

use std::time::Duration;

/// How much a request may take. What the store takes in is bounded by its own limits.
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

    /// How many bytes a page of entries may have before no further entry is put into it, and how many the answer to a batch
    /// has at most.
    ///
    /// A page has one entry at least, and says that there are more. In a batch, an operation whose entries do not fit into what
    /// the operations before it have left is answered with 413, and a list returns the entries that fit. Values that do not fit are
    /// encoded only in part, and together with those that do up to twice this number of bytes; then further ones are 413 without being
    /// tried. Writes are always run and
    /// answered: their results, and problems, come on top of the bytes.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().page_bytes(256 << 10);
    /// ```
    pub const fn page_bytes(self, bytes: usize) -> Self {
        Self { page_bytes: bytes, ..self }
    }

    /// How many bytes of answers are held at a time for clients that have not read them yet. A read or a batch that would exceed
    /// this is answered with 503, before a batch does anything. Answers of up to 64 KiB are neither counted nor refused.
    ///
    /// It should be a few times what the largest value takes as JSON, and at least [`page_bytes`](Self::page_bytes), or no
    /// batch runs. Serve with a [bound for slow readers](crate#serving), or a few clients that never read keep all others from
    /// large answers.
    ///
    /// ```
    /// let limits = kv_http::Limits::default().in_flight_bytes(64 << 20);
    /// ```
    pub const fn in_flight_bytes(self, bytes: usize) -> Self {
        Self { in_flight_bytes: bytes, ..self }
    }
}
