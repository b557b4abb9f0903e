//! How to write, and what to read.

use crate::memory::{Condition, Lifetime};
use crate::schema::{KvType, ttl};
use crate::{Error, Version};
use std::time::Duration;

/// How a value is to be written: its time to live, and a condition.
///
/// Without a word about the time to live, an entry gets its type's own. Of two words about the same, the later
/// one counts.
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

/// Which time to live a write gives its entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TtlChoice {
    /// That of the entry's type.
    #[default]
    OfType,
    /// This one, from now.
    Of(Duration),
    /// None: the entry never expires.
    Never,
    /// An entry that is there keeps its deadline, or its having none; a new one gets the type's own time to live.
    Keep,
    /// An entry that is there keeps its deadline, or its having none; a new one lives this long.
    KeepOr(Duration),
}

impl SetOptions {
    /// Writes whatever is there, with the type's own time to live.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entry lives this long from now. Zero and more than 100 years are [`Error::InvalidTtl`] on the write.
    pub fn ttl(self, ttl: Duration) -> Self {
        Self { ttl: TtlChoice::Of(ttl), ..self }
    }

    /// The entry never expires.
    pub fn no_ttl(self) -> Self {
        Self { ttl: TtlChoice::Never, ..self }
    }

    /// An entry that is there keeps its deadline, or its having none; a new one gets the type's own time to live.
    pub fn keep_ttl(self) -> Self {
        Self { ttl: TtlChoice::Keep, ..self }
    }

    /// Writes only where there is no entry.
    pub fn if_absent(self) -> Self {
        Self { condition: Condition::Absent, ..self }
    }

    /// Writes only over an entry.
    pub fn if_present(self) -> Self {
        Self { condition: Condition::Present, ..self }
    }

    /// Writes only over this version of the entry.
    pub fn if_version(self, version: Version) -> Self {
        Self { condition: Condition::Version(version), ..self }
    }

    /// Writes on this condition.
    pub fn with_condition(self, condition: Condition) -> Self {
        Self { condition, ..self }
    }

    /// Gives the entry this time to live.
    pub fn with_ttl_choice(self, ttl: TtlChoice) -> Self {
        Self { ttl, ..self }
    }

    /// The condition. For engines.
    pub const fn condition(&self) -> Condition {
        self.condition
    }

    /// The word about the time to live. For engines.
    pub const fn ttl_choice(&self) -> TtlChoice {
        self.ttl
    }

    /// The lifetime that these options give an entry of `T`.
    pub(crate) fn lifetime<T: KvType>(&self) -> Result<Lifetime, Error> {
        let lifetime = match self.ttl {
            TtlChoice::OfType => Lifetime::Anew(T::DEFAULT_TTL),
            TtlChoice::Of(ttl) => Lifetime::Anew(Some(ttl)),
            TtlChoice::Never => Lifetime::Anew(None),
            TtlChoice::Keep => Lifetime::KeptOr(T::DEFAULT_TTL),
            TtlChoice::KeepOr(ttl) => Lifetime::KeptOr(Some(ttl)),
        };
        let (Lifetime::Anew(ttl) | Lifetime::KeptOr(ttl)) = lifetime;
        match ttl.map(ttl::check) {
            Some(Err(_)) => Err(Error::InvalidTtl),
            _ => Ok(lifetime),
        }
    }
}

/// Which entries a scan visits, and in which direction.
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
    /// Visits every entry, in ascending byte order of keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Visits at most this many entries.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Starts behind this key, in the direction of the scan. There need not be an entry.
    pub fn after(self, key: impl Into<String>) -> Self {
        Self { after: Some(key.into()), ..self }
    }

    /// Visits keys in descending byte order.
    pub fn descending(self) -> Self {
        Self { descending: true, ..self }
    }
}
