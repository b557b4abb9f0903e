//! [`StoredType`]: a type that is known at run time alone.

use super::memory::InMemory;
use super::{AnyValue, EngineError};
use crate::schema::key;
use crate::{Error, KvType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A stored type, for who learns at run time which: its names, and what can be done with its values. Given by
/// [`Catalog::stored_type`](crate::Catalog::stored_type) or [`of`](Self::of).
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
pub struct StoredType(&'static dyn Erased);

impl StoredType {
    /// The type `T`.
    pub const fn of<T: KvType + Serialize + DeserializeOwned>() -> Self {
        Self(const { &Of::<T>(PhantomData) })
    }

    /// The type's name on the wire.
    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    /// What stands before the key in a full key.
    pub fn prefix(self) -> &'static str {
        self.0.prefix()
    }

    /// The time to live of a write that names none; `None` when such an entry never expires.
    pub fn ttl(self) -> Option<Duration> {
        self.0.ttl()
    }

    /// How many entries there may be in a tenant before the one that was written longest ago makes way; `None` when any number.
    pub fn max_entries(self) -> Option<usize> {
        self.0.max_entries()
    }

    /// Which Rust type it is.
    pub fn id(self) -> TypeId {
        self.0.id()
    }

    /// Whether a value may be stored under a key: the key's grammar, the rules of the type, and that the key is the value's own
    /// where the type has a key template.
    ///
    /// # Errors
    ///
    /// [`EngineError::Refused`] with [`Error::InvalidKey`], [`Error::Validation`] or [`Error::KeyMismatch`];
    /// [`EngineError::OtherType`].
    pub fn check(self, key: &str, value: &(dyn Any + Send + Sync)) -> Result<(), EngineError> {
        key::check(key).map_err(Error::InvalidKey)?;
        self.0.check(key, value)
    }

    /// A value as JSON.
    ///
    /// # Errors
    ///
    /// [`EngineError::OtherType`]; [`EngineError::Unreadable`] when the type's `Serialize` returns an error.
    pub fn encode(self, value: &(dyn Any + Send + Sync)) -> Result<Vec<u8>, EngineError> {
        self.0.encode(value)
    }

    /// The value that [`encode`](Self::encode) wrote. No rule is checked: for JSON of strangers there is the codec.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unreadable`] when it is no value of the type.
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

/// What is asked of [`Of<T>`] where `T` is not known.
trait Erased: InMemory {
    fn tag(&self) -> &'static str;
    fn prefix(&self) -> &'static str;
    fn ttl(&self) -> Option<Duration>;
    fn max_entries(&self) -> Option<usize>;
    fn id(&self) -> TypeId;
    fn check(&self, key: &str, value: &(dyn Any + Send + Sync)) -> Result<(), EngineError>;
    fn encode(&self, value: &(dyn Any + Send + Sync)) -> Result<Vec<u8>, EngineError>;
    fn decode(&self, json: &[u8]) -> Result<AnyValue, EngineError>;
}

impl<T: KvType + Serialize + DeserializeOwned> Erased for Of<T> {
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
        let value = downcast::<T>(value)?;
        value.validate().map_err(Error::Validation)?;
        match value.__own_key().transpose().map_err(Error::InvalidKey)? {
            Some(own) if own != key => Err(Error::KeyMismatch.into()),
            _ => Ok(()),
        }
    }

    fn encode(&self, value: &(dyn Any + Send + Sync)) -> Result<Vec<u8>, EngineError> {
        serde_json::to_vec(downcast::<T>(value)?).map_err(unreadable::<T>)
    }

    fn decode(&self, json: &[u8]) -> Result<AnyValue, EngineError> {
        let value: T = serde_json::from_slice(json).map_err(unreadable::<T>)?;
        Ok(Arc::new(value))
    }
}

fn downcast<T: KvType>(value: &(dyn Any + Send + Sync)) -> Result<&T, EngineError> {
    value.downcast_ref().ok_or(EngineError::OtherType { tag: T::TYPE_TAG })
}

#[expect(clippy::needless_pass_by_value, reason = "to be named in `map_err`")]
fn unreadable<T: KvType>(error: serde_json::Error) -> EngineError {
    EngineError::Unreadable { tag: T::TYPE_TAG, error: error.to_string() }
}
