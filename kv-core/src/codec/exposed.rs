//! [`Codec`].

use super::JsonError;
use super::decode_state::{DecodeState, Mode};
use super::strict::Strict;
use super::traits::Traits;
use crate::engine::{AnyValue, StoredType};
use crate::schema::footprint;
use crate::schema::json::{self, DecodeError, DecodeOptions};
use crate::schema::rule;
use crate::schema::ttl::Ttl;
use crate::{Access, Exposed, KvType, ValidationErrors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

/// The most bytes of what a type's own reader says that a message repeats.
const SAID: usize = 200;

/// JSON in and out of the values of one exposed type. Found by tag with [`Catalog::codec`](crate::Catalog::codec).
///
/// ```
/// use kv_core::{Access, Catalog, DecodeError, DecodeOptions, KvType, Ttl};
/// use serde::{Deserialize, Serialize};
/// use std::time::Duration;
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, KvType)]
/// struct CursorPosition {
///     x: i32,
///     y: i32,
/// }
///
/// let catalog = Catalog::builder().expose::<CursorPosition>(Access::ReadWrite).build()?;
/// let cursors = catalog.codec("CursorPosition").unwrap();
///
/// let options = DecodeOptions::new().take_ttl();
/// let decoded = cursors.decode(br#"{"x":3,"y":4,"ttl":30000}"#, options)?;
/// assert_eq!(decoded.value.downcast_ref(), Some(&CursorPosition { x: 3, y: 4 }));
/// assert_eq!(decoded.ttl, Some(Ttl::In(Duration::from_secs(30))));
///
/// let mut json = Vec::new();
/// cursors.encode(&*decoded.value, &mut json)?;
/// assert_eq!(json, br#"{"x":3,"y":4}"#);
///
/// let Err(DecodeError::Value(errors)) = cursors.decode(br#"{"x":3000000000,"y":"4"}"#, options) else { panic!() };
/// let said: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.rule, e.message.as_str())).collect();
/// assert_eq!(
///     said,
///     [
///         ("/x", "int", "must be a whole number from -2147483648 to 2147483647"),
///         ("/y", "type", "must be a whole number"),
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Codec {
    exposed: Exposed,
    stored: StoredType,
    takes_ttl: bool,
    traits: Traits,
    max_depth: usize,
    encode: fn(&dyn Any, &mut Bounded<'_>) -> Result<(), JsonError>,
    decode: fn(&str, &mut DecodeState) -> Result<AnyValue, serde_json::Error>,
}

/// What was read from JSON.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The value, of the exposed type. It has the type's shape; whether it keeps the type's rules is asked when it is
    /// written, or by [`KvType::validate`].
    pub value: AnyValue,
    /// The member `ttl` that stood beside the value's own, if there was one and it was asked for.
    pub ttl: Option<Ttl>,
}

impl Codec {
    pub(crate) fn of<T: KvType + Serialize + DeserializeOwned>(access: Access) -> Self {
        let exposed = Exposed::new::<T>(access);
        Self {
            exposed,
            stored: StoredType::of::<T>(),
            takes_ttl: json::takes_ttl(exposed.schema()),
            traits: Traits::of(exposed.schema()),
            max_depth: footprint::max_depth(&exposed).unwrap_or(0),
            encode: |value, into| {
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
            },
            decode: |text, state| {
                let mut reader = serde_json::Deserializer::from_str(text);
                let value = T::deserialize(Strict::new(&mut reader, state))?;
                reader.end()?;
                Ok(Arc::new(value))
            },
        }
    }

    /// Gives the type the catalog's longest time to live, unless it has its own.
    pub(crate) fn bound_ttl(&mut self, max: Duration) {
        self.exposed = self.exposed.or_max_ttl(max);
    }

    /// The type, and what the outside may do with it.
    pub const fn exposed(&self) -> &Exposed {
        &self.exposed
    }

    /// The type as an [`Engine`](crate::Engine) takes it.
    pub const fn stored_type(&self) -> StoredType {
        self.stored
    }

    /// Whether [`decode`](Self::decode) can take out a member `ttl` that stands beside the value's own: see
    /// [`json::takes_ttl`].
    pub const fn takes_ttl(&self) -> bool {
        self.takes_ttl
    }

    /// Appends the JSON of a value of the type.
    ///
    /// # Errors
    ///
    /// [`JsonError`], when the value is of another type or its `Serialize` fails. Then nothing is appended.
    pub fn encode(&self, value: &dyn Any, into: &mut Vec<u8>) -> Result<(), JsonError> {
        self.encode_within(value, into, usize::MAX)
    }

    /// Appends the JSON of a value of the type if it has at most this many bytes. Stops at the first byte that is too many.
    ///
    /// # Errors
    ///
    /// [`JsonError`]: as [`encode`](Self::encode), and [`JsonError::TooLong`]. Then nothing is appended.
    ///
    /// ```
    /// use kv_core::{Access, Catalog, JsonError, KvType};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize, KvType)]
    /// struct Note(String);
    ///
    /// let catalog = Catalog::builder().expose::<Note>(Access::Read).build()?;
    /// let notes = catalog.codec("Note").unwrap();
    /// let mut json = Vec::new();
    /// notes.encode_within(&Note("hello".to_owned()), &mut json, 7)?;
    /// assert_eq!(json, br#""hello""#);
    /// let refused = notes.encode_within(&Note("hello".to_owned()), &mut json, 6);
    /// assert_eq!(refused, Err(JsonError::TooLong { tag: "Note" }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode_within(&self, value: &dyn Any, into: &mut Vec<u8>, most: usize) -> Result<(), JsonError> {
        (self.encode)(value, &mut Bounded { bytes: into, left: most, is_full: false })
    }

    /// Reads the JSON of a value of the type, in one pass as long as nothing is wrong.
    ///
    /// For some types two more passes check the JSON before it is read: those with parts that serde buffers (`flatten`,
    /// `untagged`, an enum with a tag among or beside its fields) where these hold more than text, numbers and
    /// booleans, and those with maps whose keys have several spellings, such as IP addresses and dates.
    ///
    /// The JSON must be what serde would read as the type, and more: see [`json`]. It may be nested as deeply as `options`
    /// say, or less deeply where a level of the type is so large that the stack would not do: see [`footprint`]. The time
    /// is linear in its bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Malformed`] for what is no JSON, has a member twice or is nested too deeply;
    /// [`DecodeError::InvalidTtl`] for the member `ttl`; [`DecodeError::Value`] with every place at which the
    /// JSON has another shape than the type, and the rules that are broken where the shape is right, in field order. An
    /// error of the type's own `Deserialize` is a violation of the rule `type` at its place, before those of rules.
    ///
    /// # Panics
    ///
    /// When the type's own `Deserialize` does.
    pub fn decode(&self, json: &[u8], options: DecodeOptions) -> Result<Decoded, DecodeError> {
        let options = if self.takes_ttl { options } else { options.keep_ttl() };
        let options = options.max_depth(options.depth().min(self.max_depth));
        if !self.traits.is_hidden
            && let Ok(text) = std::str::from_utf8(json)
        {
            let mut state = self.state(Mode::Doubt, options);
            if let Ok(value) = (self.decode)(text, &mut state)
                && !state.has_unsafe_int()
            {
                return Ok(Decoded { value, ttl: state.ttl() });
            }
        }
        json::check(self.exposed.schema(), json, options)?;
        let text = std::str::from_utf8(json).unwrap_or_default();
        let mut state = self.state(Mode::Trust, options);
        if let Ok(value) = (self.decode)(text, &mut state) {
            return Ok(Decoded { value, ttl: state.ttl() });
        }
        let mut state = self.state(Mode::Trace, options);
        match (self.decode)(text, &mut state) {
            Ok(value) => Ok(Decoded { value, ttl: state.ttl() }),
            Err(error) => {
                let rules = json::check_rules(self.exposed.schema(), json, options);
                Err(unreadable(&state.pointer(), &error, rules.err()))
            }
        }
    }

    fn state(&self, mode: Mode, options: DecodeOptions) -> DecodeState {
        DecodeState::new(mode, options, self.traits)
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").field("exposed", &self.exposed).finish_non_exhaustive()
    }
}

/// Appends to a buffer until a number of bytes is used up.
struct Bounded<'b> {
    bytes: &'b mut Vec<u8>,
    left: usize,
    is_full: bool,
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

/// What only the type's own reader knows to be wrong, and the rules that are broken besides.
fn unreadable(pointer: &str, error: &serde_json::Error, rules: Option<DecodeError>) -> DecodeError {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let said = &said[..said.floor_char_boundary(SAID)];
    let report = ValidationErrors::collect(|v| {
        v.pointer(pointer).report(rule::TYPE, &[], format_args!("cannot be read: {said}"));
        if let Some(DecodeError::Value(rules)) = rules {
            v.extend(&rules);
        }
    });
    report.err().map_or(DecodeError::InvalidTtl, DecodeError::Value)
}
