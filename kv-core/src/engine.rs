//! [`Engine`], the interface of a store for programs that learn the types at run time.
//!
//! An application that stores its own types uses [`KvStore`](crate::KvStore) directly. A program
//! that serves all types of a [`Catalog`](crate::Catalog), such as a router, uses an
//! `Arc<dyn Engine>`. It does not depend on whether entries are in this process
//! ([`KvStore`](crate::KvStore) is an engine) or elsewhere.
//!
//! ```
//! use kv_core::engine::{AnyValue, Engine, PageRequest};
//! use kv_core::{Access, Catalog, KvStore, KvType, SetOptions, TenantId};
//! use serde::{Deserialize, Serialize};
//! use std::sync::Arc;
//!
//! #[derive(Serialize, Deserialize, KvType)]
//! struct Cursor {
//!     x: i32,
//! }
//!
//! /// Copies an entry of any type.
//! async fn copy(engine: &dyn Engine, catalog: &Catalog, tag: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let tenant = TenantId::new("acme.example")?;
//!     let ty = catalog.stored_type(tag).ok_or("no such type")?;
//!     let entry = engine.get(&tenant, ty, "user:7").await?.ok_or("nothing there")?;
//!     assert_eq!(ty.encode(&*entry.value)?, br#"{"x":3}"#);
//!     engine.set(&tenant, ty, "user:8", entry.value, SetOptions::new()).await?;
//!     let page = engine.list(&tenant, ty, PageRequest::new("user:", 10)).await?;
//!     assert_eq!(page.entries.len(), 2);
//!     Ok(())
//! }
//!
//! let kv = KvStore::new();
//! kv.tenant("acme.example")?.set::<Cursor>("user:7", Cursor { x: 3 })?;
//! let engine: Arc<dyn Engine> = kv.into();
//! let catalog = Catalog::builder().expose::<Cursor>(Access::Read).build()?;
//! # let mut copied = std::pin::pin!(copy(&*engine, &catalog, "Cursor"));
//! # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! # assert!(matches!(copied.as_mut().poll(&mut cx), std::task::Poll::Ready(Ok(()))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod memory;
mod stored_type;

pub use stored_type::StoredType;

use crate::codec::JsonError;
use crate::{Condition, Error, SetOptions, TenantId, TypeStats, Version};
use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

/// A value of a type that a [`StoredType`] describes.
pub type AnyValue = Arc<dyn Any + Send + Sync>;

/// The maximum number of expired entries that one call of [`Engine::purge_expired`] of a
/// [`KvStore`](crate::KvStore) removes: 4,096.
pub const MOST_PURGED: usize = crate::memory::MOST_PURGED;

/// Future returned by engine operations. It runs on any executor and does nothing until it is polled.
/// If it is dropped before it completes, the operation has taken place completely or not at all.
pub type EngineFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + Send + 'a>>;

/// A store of entries, addressed by tenant, type and key.
///
/// [`TypedStore`](crate::TypedStore) documents the operations and their guarantees. The guarantees
/// about deadlines and versions hold for every engine. Callers pass types with distinct tags only,
/// as the types of a [`Catalog`](crate::Catalog) are.
///
/// Values are passed as they are. An engine that keeps them elsewhere [checks](StoredType::check)
/// them, then [encodes](StoredType::encode) them.
pub trait Engine: Send + Sync + 'static {
    /// Returns the entry of a key. An invalid key has no entry.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unavailable`], [`EngineError::Unreadable`].
    fn get<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
    ) -> EngineFuture<'a, Option<AnyEntry>>;

    /// Stores a value with options.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with the error of
    /// [`TypedStore::set_with`](crate::TypedStore::set_with), [`EngineError::OtherType`],
    /// [`EngineError::Unavailable`].
    fn set<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        value: AnyValue,
        options: SetOptions,
    ) -> EngineFuture<'a, Written>;

    /// Removes an entry, and returns whether it existed.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::Conflict`] if the condition does not hold. If the
    /// entry does not exist, [`Condition::Version`] holds and the result is `false`.
    fn delete<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        condition: Condition,
    ) -> EngineFuture<'a, bool>;

    /// Sets the time to live of an entry, counted from now; `None` means that it never expires.
    /// Returns whether the entry exists. The version does not change.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::InvalidKey`] or [`Error::InvalidTtl`].
    fn touch<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        ttl: Option<Duration>,
    ) -> EngineFuture<'a, bool>;

    /// Returns a page of entries in byte order of keys. Pages are not one snapshot, but an entry that
    /// exists throughout is in exactly one of them.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unavailable`], [`EngineError::Unreadable`].
    fn list<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        request: PageRequest<'a>,
    ) -> EngineFuture<'a, Page>;

    /// Removes expired entries of some types, and returns their number.
    ///
    /// The work of a call is bounded: an engine may remove only some of them, and removes the
    /// others by itself or in the next call. [`KvStore`](crate::KvStore) removes at most
    /// [`MOST_PURGED`] per call and lets other tasks run in between;
    /// [`KvStore::purge_expired`](crate::KvStore::purge_expired) removes all.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unavailable`].
    fn purge_expired<'a>(&'a self, tenant: &'a TenantId, types: &'a [StoredType]) -> EngineFuture<'a, usize>;

    /// Returns the statistics of a tenant for some types, in their order.
    ///
    /// The work of a call is bounded: if thousands of expired entries of a type have not been
    /// removed yet, [`entries`](TypeStats::entries) may count some of them.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unavailable`].
    fn stats<'a>(&'a self, tenant: &'a TenantId, types: &'a [StoredType])
    -> EngineFuture<'a, Vec<TypeStats>>;

    /// Watches the entries whose keys start with a prefix, as [`Watch`](crate::Watch) does: a
    /// snapshot, then every change. With `after`, resumes a watch after a version.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::LimitExceeded`] if there are too many watches,
    /// [`EngineError::Unavailable`].
    fn watch<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        prefix: &'a str,
        after: Option<Version>,
    ) -> EngineFuture<'a, Box<dyn AnyWatch>>;
}

/// A stored value with its metadata. Unlike [`Entry`](crate::Entry), it has a deadline instead of the
/// remaining time.
#[derive(Clone, Debug)]
pub struct AnyEntry {
    /// The key.
    pub key: Arc<str>,
    /// The value.
    pub value: AnyValue,
    /// Version of the write that stored the value.
    pub version: Version,
    /// Time of the first write since the key last had no entry.
    pub created_at: SystemTime,
    /// Time of the write that stored the value.
    pub updated_at: SystemTime,
    /// Deadline of the entry as a time of day, computed from the current clock; `None` if it never
    /// expires.
    pub expires_at: Option<SystemTime>,
}

/// Result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Version of the write.
    pub version: Version,
    /// Deadline of the entry as a time of day, computed from the current clock; `None` if it never
    /// expires.
    pub expires_at: Option<SystemTime>,
}

/// A request for a page of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest<'a> {
    /// Prefix of the keys.
    pub prefix: &'a str,
    /// The key after which the page starts, in its direction. It need not have an entry.
    pub after: Option<&'a str>,
    /// Maximum number of entries.
    pub limit: usize,
    /// Whether keys are in descending order.
    pub descending: bool,
}

impl<'a> PageRequest<'a> {
    /// Requests the first page of a prefix, in ascending order.
    pub const fn new(prefix: &'a str, limit: usize) -> Self {
        Self { prefix, after: None, limit, descending: false }
    }

    /// Requests the page after a key.
    #[must_use]
    pub const fn after(self, key: &'a str) -> Self {
        Self { after: Some(key), ..self }
    }
}

/// A page of entries in byte order of keys.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entries.
    pub entries: Vec<AnyEntry>,
    /// Whether more entries follow the last one.
    pub has_more: bool,
}

/// A change to an entry of any type. See [`Change`](crate::Change).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyChange {
    /// Discard all known entries: every existing entry follows.
    Reset,
    /// An entry exists or was overwritten.
    Set(AnyEntry),
    /// An entry was deleted.
    Deleted {
        /// The entry's key.
        key: Arc<str>,
        /// Version of the deletion.
        version: Version,
    },
    /// An entry expired.
    Expired {
        /// The entry's key.
        key: Arc<str>,
        /// Version of the removal.
        version: Version,
    },
    /// An entry was evicted.
    Evicted {
        /// The entry's key.
        key: Arc<str>,
        /// Version of the removal.
        version: Version,
    },
    /// All entries that existed at one instant have been received.
    Ready,
}

/// Receiver of the changes under a prefix. Created by [`Engine::watch`]; dropping it unsubscribes.
///
/// ```
/// use kv_core::engine::{AnyChange, AnyWatch, EngineError};
/// use std::future::poll_fn;
///
/// async fn keys(mut watch: Box<dyn AnyWatch>) -> Result<(), EngineError> {
///     while let Some(change) = poll_fn(|cx| watch.poll_change(cx)).await {
///         if let AnyChange::Set(entry) = change? {
///             println!("{}", entry.key);
///         }
///     }
///     Ok(())
/// }
/// ```
pub trait AnyWatch: Send {
    /// Polls for the next change. Returns `None` if there will be no more changes because the store
    /// was dropped, or after an error.
    fn poll_change(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AnyChange, EngineError>>>;

    /// Returns the version from which the watch can be resumed. See
    /// [`Watch::version`](crate::Watch::version).
    fn version(&self) -> Option<Version>;
}

/// Error of an operation of an [`Engine`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store refused the operation, as it does in process.
    #[error(transparent)]
    Refused(#[from] Error),
    /// The engine cannot be reached or takes too long. A later attempt may succeed. It is unknown
    /// whether a write took place.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// A stored value cannot be read as the type, or a value cannot be written as JSON.
    #[error("a stored `{tag}` cannot be read or written: {error}")]
    Unreadable {
        /// The type's tag.
        tag: &'static str,
        /// Message of the codec.
        error: String,
    },
    /// The passed value has another type.
    #[error("the value is not a `{tag}`")]
    OtherType {
        /// Tag of the expected type.
        tag: &'static str,
    },
}

impl From<JsonError> for EngineError {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::OtherType { tag } => Self::OtherType { tag },
            JsonError::NotSerialize { tag } | JsonError::TooLong { tag } | JsonError::Failed { tag, .. } => {
                Self::Unreadable { tag, error: error.to_string() }
            }
        }
    }
}
