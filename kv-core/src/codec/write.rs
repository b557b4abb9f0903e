//! [`write_json`], the only function that serializes stored values, and its [`JsonError`].

use crate::schema::KvType;
use serde::Serialize;
use std::any::Any;
use std::io;

/// Appends the JSON of a value to a buffer, as [`write_json`] does for one type.
pub(crate) type WriteJson = fn(&dyn Any, &mut Bounded<'_>) -> Result<(), JsonError>;

/// Appends the JSON of a value of type `T`.
///
/// # Errors
///
/// [`JsonError`] if the value has another type, its JSON is too long or its `Serialize` fails. Then
/// nothing is appended.
pub(crate) fn write_json<T: KvType + Serialize>(
    value: &dyn Any,
    into: &mut Bounded<'_>,
) -> Result<(), JsonError> {
    let value = value.downcast_ref::<T>().ok_or(JsonError::OtherType { tag: T::TYPE_TAG })?;
    let before = into.bytes.len();
    serde_json::to_writer(&mut *into, value).map_err(|error| {
        into.bytes.truncate(before);
        if into.is_full {
            JsonError::TooLong { tag: T::TYPE_TAG }
        } else {
            JsonError::Failed { tag: T::TYPE_TAG, error: error.to_string() }
        }
    })
}

/// A buffer with a limit on the bytes that are appended.
pub(crate) struct Bounded<'b> {
    bytes: &'b mut Vec<u8>,
    left: usize,
    is_full: bool,
}

impl<'b> Bounded<'b> {
    pub(crate) fn new(bytes: &'b mut Vec<u8>, max: usize) -> Self {
        Self { bytes, left: max, is_full: false }
    }
}

impl io::Write for Bounded<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.left.checked_sub(bytes.len()) {
            Some(left) => {
                self.left = left;
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
            None => {
                self.is_full = true;
                Err(io::ErrorKind::StorageFull.into())
            }
        }
    }

    #[inline]
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The reason why a value cannot be written as JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The type does not derive `serde::Serialize`, or implements `KvType` by hand.
    #[error("`{tag}` cannot be written as JSON: derive `serde::Serialize` and `KvType` on it")]
    NotSerialize {
        /// The type's tag.
        tag: &'static str,
    },
    /// The value has another type than the codec.
    #[error("the value is not a `{tag}`: find the codec by the tag of the value's type")]
    OtherType {
        /// The codec's tag.
        tag: &'static str,
    },
    /// The JSON is longer than the limit.
    #[error("the JSON of this `{tag}` is longer than the limit: raise the limit")]
    TooLong {
        /// The type's tag.
        tag: &'static str,
    },
    /// The type's `Serialize` returned an error.
    #[error("writing a `{tag}` as JSON failed: {error}")]
    Failed {
        /// The type's tag.
        tag: &'static str,
        /// Message of the error.
        error: String,
    },
}
