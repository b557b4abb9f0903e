//! [`Error`], [`UpdateError`] and [`InitError`]: the errors of a store.

use crate::schema::{KeyError, ValidationErrors};
use crate::{Limit, TenantError, Version};

/// The error of a write. The store is unchanged.
///
/// Each message says how to fix the error. It contains no data except what the caller passed.
///
/// ```
/// use kv_core::{Error, KvStore, KvType, SetOptions};
///
/// #[derive(KvType)]
/// struct Name(#[kv(len(min = 1, max = 8))] String);
///
/// let names = KvStore::new().tenant("acme.example")?.typed::<Name>();
/// match names.set_with("ada", Name("Ada".to_owned()), SetOptions::new().if_present()) {
///     Err(Error::Conflict { current: None }) => println!("this key has no entry"),
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
    /// The key does not follow the grammar of keys.
    #[error("invalid key: {0}")]
    InvalidKey(KeyError),

    /// The host is not a valid tenant name.
    #[error("invalid host: {0}")]
    InvalidTenant(TenantError),

    /// The time to live is zero or longer than 100 years.
    #[error(
        "invalid time to live: give more than zero and at most 100 years, or `no_ttl()` for an entry that stays"
    )]
    InvalidTtl,

    /// The value violates rules of its type.
    #[error("invalid value: {0}")]
    Validation(ValidationErrors),

    /// The type has a key template, which makes another key from this value.
    #[error("the key is not the one that the key template makes from the value: use that key, or `put`")]
    KeyMismatch,

    /// The condition of the write does not hold.
    #[error("{}", conflict(*current))]
    Conflict {
        /// Version of the live entry, or `None` if there is no entry.
        current: Option<Version>,
    },

    /// The write would exceed a limit of the store, even after expired entries were removed.
    #[error("the limit `{limit}` of {allowed} is exceeded: {}, or raise the limit when the store is built", fix(*limit))]
    LimitExceeded {
        /// The limit that was exceeded.
        limit: Limit,
        /// The maximum that the limit allows.
        allowed: usize,
    },

    /// The computation of a value requested a value that depends on it.
    #[error("the computation of this value depends on itself: do not request a value that depends on it")]
    Recursive,
}

/// The error of [`TypedStore::try_update`](crate::TypedStore::try_update).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UpdateError<E> {
    /// The store rejected the write.
    #[error(transparent)]
    Store(#[from] Error),
    /// The closure returned an error.
    #[error("the update function failed: {0}")]
    Update(E),
}

/// The error of [`TypedStore::get_or_try_insert_with`](crate::TypedStore::get_or_try_insert_with)
/// and [`TypedStore::get_or_try_insert_async`](crate::TypedStore::get_or_try_insert_async).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InitError<E> {
    /// The store rejected the write.
    #[error(transparent)]
    Store(#[from] Error),
    /// The computation of the value returned an error.
    #[error("the value could not be computed: {0}")]
    Init(E),
}

// Not thiserror's `#[from]`, which would also make the cause a `source()`; the message contains it.
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

const fn fix(limit: Limit) -> &'static str {
    match limit {
        Limit::Tenants => "remove the entries of unused tenants",
        Limit::EntriesPerTenant | Limit::BytesPerTenant => "remove entries, or give them a time to live",
        Limit::KeyBytes => "shorten the key",
        Limit::ValueBytes => "store less under one key",
        Limit::Watchers => "drop unused watches",
    }
}

fn conflict(current: Option<Version>) -> String {
    match current {
        Some(version) => {
            format!("another write came first: the entry has version {version}; read it and try again")
        }
        None => "the entry does not exist: read the key and try again".to_owned(),
    }
}
