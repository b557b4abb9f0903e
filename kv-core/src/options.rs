//! [`SetOptions`] and [`ScanOptions`]: the options of writes and scans.

use crate::memory::Lifetime;
use crate::schema::{KvType, ttl};
use crate::{Condition, Error, Version};
use std::time::Duration;

/// The options of a write: a time to live and a condition.
///
/// By default an entry gets the time to live of its type, and the write has no condition. A later
/// call for the same option replaces an earlier one.
///
/// ```
/// use kv_core::{Error, KvStore, KvType, SetOptions};
/// use std::time::Duration;
///
/// #[derive(KvType)]
/// struct Lock {
///     owner: u64,
/// }
///
/// let locks = KvStore::new().tenant("acme.example")?.typed::<Lock>();
/// let once = SetOptions::new().if_absent().ttl(Duration::from_secs(10));
/// let version = locks.set_with("job", Lock { owner: 1 }, once)?;
/// let refused = locks.set_with("job", Lock { owner: 2 }, once);
/// assert_eq!(refused, Err(Error::Conflict { current: Some(version) }));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct SetOptions {
    ttl: TtlChoice,
    condition: Condition,
}

/// The time to live that a write gives its entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TtlChoice {
    /// The time to live of the entry's type.
    #[default]
    OfType,
    /// This time to live, from now.
    Of(Duration),
    /// No time to live: the entry never expires.
    Never,
    /// An existing entry keeps its deadline or its lack of one. A new entry gets the time to live
    /// of its type.
    Keep,
    /// An existing entry keeps its deadline or its lack of one. A new entry gets this time to live.
    KeepOr(Duration),
}

impl SetOptions {
    /// Creates options without a condition, with the time to live of the type.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time to live, from now. Zero and more than 100 years are [`Error::InvalidTtl`] on
    /// the write.
    pub fn ttl(self, ttl: Duration) -> Self {
        Self { ttl: TtlChoice::Of(ttl), ..self }
    }

    /// Makes the entry never expire.
    pub fn no_ttl(self) -> Self {
        Self { ttl: TtlChoice::Never, ..self }
    }

    /// Keeps the deadline, or the lack of one, of an existing entry. A new entry gets the time to
    /// live of its type.
    pub fn keep_ttl(self) -> Self {
        Self { ttl: TtlChoice::Keep, ..self }
    }

    /// Writes only if the key has no entry.
    pub fn if_absent(self) -> Self {
        Self { condition: Condition::Absent, ..self }
    }

    /// Writes only if the key has an entry.
    pub fn if_present(self) -> Self {
        Self { condition: Condition::Present, ..self }
    }

    /// Writes only if the entry has this version.
    pub fn if_version(self, version: Version) -> Self {
        Self { condition: Condition::Version(version), ..self }
    }

    /// Sets the condition.
    pub fn with_condition(self, condition: Condition) -> Self {
        Self { condition, ..self }
    }

    /// Sets the choice of the time to live.
    pub fn with_ttl_choice(self, ttl: TtlChoice) -> Self {
        Self { ttl, ..self }
    }

    /// Returns the condition. Used by engines.
    pub const fn condition(&self) -> Condition {
        self.condition
    }

    /// Returns the choice of the time to live. Used by engines.
    pub const fn ttl_choice(&self) -> TtlChoice {
        self.ttl
    }

    /// Returns the lifetime that these options give an entry of `T`.
    pub(crate) fn lifetime<T: KvType>(&self) -> Result<Lifetime, Error> {
        let lifetime = match self.ttl {
            TtlChoice::OfType => Lifetime::Restart(T::DEFAULT_TTL),
            TtlChoice::Of(ttl) => Lifetime::Restart(Some(ttl)),
            TtlChoice::Never => Lifetime::Restart(None),
            TtlChoice::Keep => Lifetime::KeepOr(T::DEFAULT_TTL),
            TtlChoice::KeepOr(ttl) => Lifetime::KeepOr(Some(ttl)),
        };
        let (Lifetime::Restart(ttl) | Lifetime::KeepOr(ttl)) = lifetime;
        match ttl.map(ttl::check) {
            Some(Err(_)) => Err(Error::InvalidTtl),
            _ => Ok(lifetime),
        }
    }
}

/// The range, the size and the direction of a scan.
///
/// ```
/// use kv_core::{KvStore, KvType, ScanOptions};
///
/// #[derive(KvType)]
/// struct Message {
///     text: String,
/// }
///
/// let messages = KvStore::new().tenant("acme.example")?.typed::<Message>();
/// for n in 1..=5 {
///     messages.set(format!("room:{n}"), Message { text: "hello".to_owned() })?;
/// }
/// let latest = ScanOptions::new().descending().after("room:5").limit(2);
/// let keys: Vec<_> = messages.scan_with("room:", latest).map(|(key, _)| key.to_string()).collect();
/// assert_eq!(keys, ["room:4", "room:3"]);
/// # Ok::<(), kv_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ScanOptions {
    pub(crate) limit: Option<usize>,
    pub(crate) after: Option<String>,
    pub(crate) descending: bool,
}

impl ScanOptions {
    /// Creates options that visit every entry, in ascending byte order of keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Visits at most this many entries.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Starts after this key, in the direction of the scan. The key need not have an entry.
    pub fn after(self, key: impl Into<String>) -> Self {
        Self { after: Some(key.into()), ..self }
    }

    /// Visits keys in descending byte order.
    pub fn descending(self) -> Self {
        Self { descending: true, ..self }
    }
}
