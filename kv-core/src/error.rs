//! [`Error`].

use crate::schema::{KeyError, ValidationErrors};
use crate::{TenantError, Version};

/// What a write can meet. Whatever it is, the store is as it was before.
///
/// Each message says what to do about it, and has nothing secret in it beyond what the caller gave.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The key is outside the grammar of keys.
    #[error("invalid key: {0}")]
    InvalidKey(#[from] KeyError),

    /// The host names no tenant.
    #[error("invalid host: {0}")]
    InvalidTenant(#[from] TenantError),

    /// The time to live is zero or longer than 100 years.
    #[error(
        "invalid time to live: give more than zero and at most 100 years, or `no_ttl()` for an entry that stays"
    )]
    InvalidTtl,

    /// The value breaks rules of its type.
    #[error("invalid value: {0}")]
    Validation(#[from] ValidationErrors),

    /// The condition of the write does not hold.
    #[error("{}", conflict(*current))]
    Conflict {
        /// The version of the entry that is there; `None` when there is none.
        current: Option<Version>,
    },
}

fn conflict(current: Option<Version>) -> String {
    match current {
        Some(version) => format!(
            "another write came first: the entry is at version {version}; read it again and decide anew"
        ),
        None => "there is no entry, or no longer: read again and decide anew".to_owned(),
    }
}
