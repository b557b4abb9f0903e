//! [`Error`].

use crate::schema::{KeyError, ValidationErrors};
use crate::{Limit, TenantError, Version};

/// What a write can meet. Whatever it is, the store is as it was before.
///
/// Each message says what to do about it, and has nothing secret in it beyond what the caller gave.
///
/// ```
/// use kv_core::{Error, KvStore, KvType, SetOptions};
///
/// #[derive(KvType)]
/// struct Name(#[kv(len(min = 1, max = 8))] String);
///
/// let names = KvStore::new().tenant("acme.example")?.typed::<Name>();
/// match names.set_with("ada", Name("Ada".to_owned()), SetOptions::new().if_present()) {
///     Err(Error::Conflict { current: None }) => println!("there is nobody of this key"),
///     Err(Error::Validation(report)) => println!("{report}"),
///     other => drop(other?),
/// }
/// let error = names.set("ada", Name(String::new())).unwrap_err();
/// assert_eq!(error.to_string(), "invalid value: the value must have 1 to 8 characters");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The key is outside the grammar of keys.
    #[error("invalid key: {0}")]
    InvalidKey(KeyError),

    /// The host names no tenant.
    #[error("invalid host: {0}")]
    InvalidTenant(TenantError),

    /// The time to live is zero or longer than 100 years.
    #[error(
        "invalid time to live: give more than zero and at most 100 years, or `no_ttl()` for an entry that stays"
    )]
    InvalidTtl,

    /// The value breaks rules of its type.
    #[error("invalid value: {0}")]
    Validation(ValidationErrors),

    /// The type has a key template, and the key is not the one that it makes of this value.
    #[error(
        "the value belongs under another key: write it with `put`, or under the key that its template makes"
    )]
    KeyMismatch,

    /// The condition of the write does not hold.
    #[error("{}", conflict(*current))]
    Conflict {
        /// The version of the entry that is there; `None` when there is none.
        current: Option<Version>,
    },

    /// The write would exceed a limit of the store, also after what is due was removed.
    #[error("over the limit `{limit}`, which allows {allowed}: {}, or raise it where the store is made", way_out(*limit))]
    LimitExceeded {
        /// Which limit.
        limit: Limit,
        /// What it allows.
        allowed: usize,
    },

    /// The computation of a value asked for a value that waits for its own.
    #[error("the computation of this value waits for itself: compute without asking for what depends on it")]
    Recursive,
}

/// What [`TypedStore::try_update`](crate::TypedStore::try_update) can meet.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UpdateError<E> {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] Error),
    /// The closure returned an error.
    #[error("the update declined: {0}")]
    Update(E),
}

/// What [`TypedStore::get_or_try_insert_with`](crate::TypedStore::get_or_try_insert_with) and
/// [`TypedStore::get_or_try_insert_async`](crate::TypedStore::get_or_try_insert_async) can meet.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InitError<E> {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] Error),
    /// The computation of the value returned an error.
    #[error("the value could not be made: {0}")]
    Init(E),
}

// Without thiserror's `#[from]`, which would make the cause a source too: the message has it already.
impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::InvalidKey(error)
    }
}

impl From<TenantError> for Error {
    fn from(error: TenantError) -> Self {
        Self::InvalidTenant(error)
    }
}

impl From<ValidationErrors> for Error {
    fn from(errors: ValidationErrors) -> Self {
        Self::Validation(errors)
    }
}

const fn way_out(limit: Limit) -> &'static str {
    match limit {
        Limit::Tenants => "remove what a tenant has no more use for",
        Limit::EntriesPerTenant | Limit::BytesPerTenant => "remove something, or give entries a time to live",
        Limit::KeyBytes => "shorten the key",
        Limit::ValueBytes => "store less under one key",
        Limit::Watchers => "drop watches that nobody reads",
    }
}

fn conflict(current: Option<Version>) -> String {
    match current {
        Some(version) => format!(
            "another write came first: the entry is at version {version}; read it again and decide anew"
        ),
        None => "there is no entry, or no longer: read again and decide anew".to_owned(),
    }
}
