//! [`StoredType`], the descriptor of a type that is only known at run time.

use super::{AnyEntry, AnyValue, AnyWatch, EngineError, Page, PageRequest, Written};
use crate::codec::{Bounded, DecodeState, JsonError, Strict, write_json};
use crate::memory::Memory;
use crate::schema::key;
use crate::typed::check_value;
use crate::{Condition, Error, KvType, SetOptions, TenantId, TenantStore, TypeStats, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// Descriptor of a stored type, for programs that learn the type at run time: its names, and
/// operations on its values. Returned by [`Catalog::stored_type`](crate::Catalog::stored_type) and
/// [`of`](Self::of).
///
/// ```
/// use kv_core::KvType;
/// use kv_core::engine::StoredType;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, KvType)]
/// struct Cursor {
///     x: i32,
/// }
///
/// let ty = StoredType::of::<Cursor>();
/// let value = ty.decode(br#"{"x":3}"#)?;
/// assert_eq!(ty.encode(&*value)?, br#"{"x":3}"#);
/// assert_eq!(value.downcast::<Cursor>().unwrap().x, 3);
/// # Ok::<(), kv_core::engine::EngineError>(())
/// ```
#[derive(Clone, Copy)]
pub struct StoredType(&'static dyn TypeOperations);

impl StoredType {
    /// Returns the descriptor of `T`.
    pub const fn of<T: KvType + Serialize + DeserializeOwned>() -> Self {
        Self(const { &Of::<T>(PhantomData) })
    }

    /// Returns the tag of the type.
    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    /// Returns the key prefix, which precedes the key in a full key.
    pub fn prefix(self) -> &'static str {
        self.0.prefix()
    }

    /// Returns the time to live of a write that does not specify one; `None` if such an entry never
    /// expires.
    pub fn ttl(self) -> Option<Duration> {
        self.0.ttl()
    }

    /// Returns the number of entries per tenant beyond which the entry with the oldest write is
    /// evicted; `None` if the type does not evict.
    pub fn max_entries(self) -> Option<usize> {
        self.0.max_entries()
    }

    /// Returns the Rust type.
    pub fn id(self) -> TypeId {
        self.0.id()
    }

    /// Checks whether a value may be stored under a key: the syntax of the key, the rules of the
    /// type, and, if the type has a key template, that the key is the value's own.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::InvalidKey`], [`Error::Validation`] or
    /// [`Error::KeyMismatch`]; [`EngineError::OtherType`].
    pub fn check(self, key: &str, value: &(dyn Any + Send + Sync)) -> Result<(), EngineError> {
        key::check(key).map_err(Error::InvalidKey)?;
        self.0.check(key, value)
    }

    /// Returns a value as JSON.
    ///
    /// # Errors
    ///
    /// [`EngineError::OtherType`]; [`EngineError::Unreadable`] if the type's `Serialize` returns an
    /// error.
    pub fn encode(self, value: &(dyn Any + Send + Sync)) -> Result<Vec<u8>, EngineError> {
        let mut json = Vec::new();
        self.write(value, &mut Bounded::new(&mut json, usize::MAX))?;
        Ok(json)
    }

    /// Appends a value as JSON.
    pub(crate) fn write(self, value: &dyn Any, into: &mut Bounded<'_>) -> Result<(), JsonError> {
        self.0.write(value, into)
    }

    /// Reads JSON with the checks that `state` asks for.
    pub(crate) fn read(self, json: &str, state: &mut DecodeState) -> Result<AnyValue, serde_json::Error> {
        self.0.read(json, state)
    }

    /// Reads JSON that [`encode`](Self::encode) has written. Does not check rules: use
    /// [`Codec::decode`](crate::Codec::decode) for untrusted JSON.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unreadable`] if the JSON is not a value of the type.
    pub fn decode(self, json: &[u8]) -> Result<AnyValue, EngineError> {
        self.0.decode(json)
    }

    pub(super) fn in_memory(self) -> &'static dyn InMemory {
        self.0
    }
}

impl PartialEq for StoredType {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for StoredType {}

impl fmt::Debug for StoredType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredType({})", self.tag())
    }
}

/// The type `T` as a value.
pub(super) struct Of<T>(PhantomData<fn() -> T>);

/// The operations on the entries of a type, for callers that do not know the type.
pub(super) trait InMemory: Send + Sync {
    fn get(&self, memory: &Memory, tenant: &TenantId, key: &str) -> Option<AnyEntry>;

    fn set(
        &self,
        store: &TenantStore,
        key: &str,
        value: AnyValue,
        options: SetOptions,
    ) -> Result<Written, EngineError>;

    fn delete(&self, store: &TenantStore, key: &str, condition: Condition) -> Result<bool, Error>;
    fn touch(&self, store: &TenantStore, key: &str, ttl: Option<Duration>) -> Result<bool, Error>;
    fn list(&self, store: &TenantStore, request: PageRequest<'_>) -> Page;
    /// Removes a few expired entries. Returns their number, and whether there may be more.
    fn purge_step(&self, store: &TenantStore) -> (usize, bool);
    fn stats(&self, store: &TenantStore) -> TypeStats;

    fn watch(
        &self,
        store: &TenantStore,
        prefix: &str,
        after: Option<Version>,
    ) -> Result<Box<dyn AnyWatch>, Error>;
}

/// The operations of [`Of<T>`] that do not name `T`.
trait TypeOperations: InMemory {
    fn tag(&self) -> &'static str;
    fn prefix(&self) -> &'static str;
    fn ttl(&self) -> Option<Duration>;
    fn max_entries(&self) -> Option<usize>;
    fn id(&self) -> TypeId;
    fn check(&self, key: &str, value: &(dyn Any + Send + Sync)) -> Result<(), EngineError>;
    fn write(&self, value: &dyn Any, into: &mut Bounded<'_>) -> Result<(), JsonError>;
    fn read(&self, json: &str, state: &mut DecodeState) -> Result<AnyValue, serde_json::Error>;
    fn decode(&self, json: &[u8]) -> Result<AnyValue, EngineError>;
}

impl<T: KvType + Serialize + DeserializeOwned> TypeOperations for Of<T> {
    fn tag(&self) -> &'static str {
        T::TYPE_TAG
    }

    fn prefix(&self) -> &'static str {
        T::KEY_PREFIX
    }

    fn ttl(&self) -> Option<Duration> {
        T::DEFAULT_TTL
    }

    fn max_entries(&self) -> Option<usize> {
        T::__MAX_ENTRIES
    }

    fn id(&self) -> TypeId {
        TypeId::of::<T>()
    }

    fn check(&self, key: &str, value: &(dyn Any + Send + Sync)) -> Result<(), EngineError> {
        let value = value.downcast_ref::<T>().ok_or(EngineError::OtherType { tag: T::TYPE_TAG })?;
        Ok(check_value(key, value)?)
    }

    fn write(&self, value: &dyn Any, into: &mut Bounded<'_>) -> Result<(), JsonError> {
        write_json::<T>(value, into)
    }

    fn read(&self, json: &str, state: &mut DecodeState) -> Result<AnyValue, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let value = T::deserialize(Strict::new(&mut reader, state))?;
        reader.end()?;
        Ok(Arc::new(value))
    }

    fn decode(&self, json: &[u8]) -> Result<AnyValue, EngineError> {
        let value = serde_json::from_slice::<T>(json)
            .map_err(|error| EngineError::Unreadable { tag: T::TYPE_TAG, error: error.to_string() })?;
        Ok(Arc::new(value))
    }
}
