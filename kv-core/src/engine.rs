//! [`Engine`]: a store as those see it who learn at run time which types there are.
//!
//! An application that stores its own types uses [`KvStore`](crate::KvStore) directly. What serves any type of a
//! [`Catalog`](crate::Catalog), a router for instance, holds an `Arc<dyn Engine>`, and does not know whether entries are in this
//! process ([`KvStore`](crate::KvStore) is an engine) or elsewhere.
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
//! /// Knows no type: it copies what is under a key, whatever it is.
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

use crate::{Condition, Error, SetOptions, TenantId, TypeStats, Version};
use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

/// A value whose type a [`StoredType`] knows.
pub type AnyValue = Arc<dyn Any + Send + Sync>;

/// What an engine's operation will have been. It runs on any executor, and does nothing until it is polled; dropped half-way,
/// it has either happened or not.
pub type EngineFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + Send + 'a>>;

/// How many expired entries [`Engine::purge_expired`] of a [`KvStore`](crate::KvStore) removes at most: 4,096.
pub const MOST_PURGED: usize = 4096;

/// Where entries live, addressed by tenant, type and key.
///
/// What each operation means, and which promises hold, is told at [`TypedStore`](crate::TypedStore); those about deadlines
/// and versions are any engine's. An engine is asked for types with different tags alone, as a
/// [`Catalog`](crate::Catalog) has them.
///
/// Values are given as they are. An engine that keeps them elsewhere [encodes](StoredType::encode) them, and
/// [checks](StoredType::check) them first.
pub trait Engine: Send + Sync + 'static {
    /// The entry under a key. A key outside the grammar of keys is absent.
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

    /// Stores a value as the options say.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with what [`TypedStore::set_with`](crate::TypedStore::set_with) returns,
    /// [`EngineError::OtherType`], [`EngineError::Unavailable`].
    fn set<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        value: AnyValue,
        options: SetOptions,
    ) -> EngineFuture<'a, Written>;

    /// Removes an entry, and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::Conflict`] when the condition does not hold. Where there is no entry,
    /// [`Condition::Version`] has what it wants, and the answer is `false`.
    fn delete<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        condition: Condition,
    ) -> EngineFuture<'a, bool>;

    /// Lets an entry live this long from now, or for ever, and says whether there is one. It keeps its version.
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

    /// A page of entries in byte order of keys. Pages are not one snapshot, but a key that is there throughout is in exactly
    /// one of them.
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

    /// Removes entries of some types that have expired, and returns how many there were.
    ///
    /// The work of a call is bounded: an engine may remove only some of them, and removes others on its own or in the next call.
    /// [`KvStore`](crate::KvStore) removes at most [`MOST_PURGED`] a call, and lets other tasks run in between;
    /// [`KvStore::purge_expired`](crate::KvStore::purge_expired) removes all.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unavailable`].
    fn purge_expired<'a>(&'a self, tenant: &'a TenantId, types: &'a [StoredType]) -> EngineFuture<'a, usize>;

    /// What a tenant has of some types, in their order.
    ///
    /// The work of a call is bounded: where thousands of expired entries of a type have not been removed yet,
    /// [`entries`](TypeStats::entries) may count some of them.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unavailable`].
    fn stats<'a>(&'a self, tenant: &'a TenantId, types: &'a [StoredType])
    -> EngineFuture<'a, Vec<TypeStats>>;

    /// Tells of the entries whose key starts with a prefix, and of every change, as [`Watch`](crate::Watch) does; for who has
    /// seen all up to a version, of what changed since.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::LimitExceeded`] when there are too many watches,
    /// [`EngineError::Unavailable`].
    fn watch<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        prefix: &'a str,
        after: Option<Version>,
    ) -> EngineFuture<'a, Box<dyn AnyWatch>>;
}

/// A stored value with what is known about it. See [`Entry`](crate::Entry), which has the time left instead of a deadline.
#[derive(Clone, Debug)]
pub struct AnyEntry {
    /// The key.
    pub key: Arc<str>,
    /// The value.
    pub value: AnyValue,
    /// Which write this is.
    pub version: Version,
    /// When a value was first stored under the key, without a gap since.
    pub created_at: SystemTime,
    /// When this value was stored.
    pub updated_at: SystemTime,
    /// When it will be gone, by the clock as it stands; `None` when nothing expires it.
    pub expires_at: Option<SystemTime>,
}

/// A write that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its version.
    pub version: Version,
    /// When the entry will be gone, by the clock as it stands; `None` when nothing expires it.
    pub expires_at: Option<SystemTime>,
}

/// Which entries a page is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest<'a> {
    /// What keys start with.
    pub prefix: &'a str,
    /// The key behind which the page starts, in its direction. There need not be an entry.
    pub after: Option<&'a str>,
    /// How many entries there are to be at most.
    pub limit: usize,
    /// Whether keys go down.
    pub descending: bool,
}

impl<'a> PageRequest<'a> {
    /// The first page of a prefix, upwards.
    pub const fn new(prefix: &'a str, limit: usize) -> Self {
        Self { prefix, after: None, limit, descending: false }
    }

    /// The page behind a key.
    #[must_use]
    pub const fn after(self, key: &'a str) -> Self {
        Self { after: Some(key), ..self }
    }
}

/// Some entries in byte order of keys.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entries.
    pub entries: Vec<AnyEntry>,
    /// Whether there are more behind the last one.
    pub has_more: bool,
}

/// A change, as [`Change`](crate::Change).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyChange {
    /// What is known so far is void: every entry that is there follows.
    Reset,
    /// An entry is there, or has another value.
    Set(AnyEntry),
    /// An entry was deleted.
    Deleted {
        /// The entry's key.
        key: Arc<str>,
        /// The deletion's version.
        version: Version,
    },
    /// An entry's time to live was over.
    Expired {
        /// The entry's key.
        key: Arc<str>,
        /// The removal's version.
        version: Version,
    },
    /// An entry made way for others.
    Evicted {
        /// The entry's key.
        key: Arc<str>,
        /// The removal's version.
        version: Version,
    },
    /// All that was there at one instant is known.
    Ready,
}

/// The changes under a prefix. Made by [`Engine::watch`]; dropping it unsubscribes.
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
    /// The next change, when there is one. `None` when there will be none, since the store is gone; after an error there is none
    /// either.
    fn poll_change(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AnyChange, EngineError>>>;

    /// The version to go on from, as [`Watch::version`](crate::Watch::version).
    fn version(&self) -> Option<Version>;
}

/// Why an engine did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store refused, as it would in process.
    #[error(transparent)]
    Refused(#[from] Error),
    /// The engine cannot be reached, or takes too long. Trying again later may help; whether a write has happened is not known.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// What is stored cannot be read as the type, or a value cannot be written.
    #[error("a stored `{tag}` cannot be read or written: {error}")]
    Unreadable {
        /// The type's tag.
        tag: &'static str,
        /// What its codec says.
        error: String,
    },
    /// The value that was given is of another type.
    #[error("the value is no `{tag}`")]
    OtherType {
        /// The tag of the type that was asked for.
        tag: &'static str,
    },
}
