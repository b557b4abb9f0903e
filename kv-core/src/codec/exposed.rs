//! [`Codec`], the JSON of an exposed type.

use super::JsonError;
use super::decode_state::{DecodeState, Mode};
use super::traits::Traits;
use super::write::Bounded;
use crate::engine::{AnyValue, StoredType};
use crate::schema::footprint;
use crate::schema::json::{self, DecodeError, DecodeOptions};
use crate::schema::rule;
use crate::schema::ttl::Ttl;
use crate::{Access, Exposed, KvType, ValidationErrors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::time::Duration;

/// The maximum number of bytes of a `Deserialize` error in a message.
const SAID: usize = 200;

/// Reads and writes the JSON of an exposed type. Returned by
/// [`Catalog::codec`](crate::Catalog::codec).
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
}

/// A value read from JSON.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The value, of the exposed type. It has the type's shape. Its rules are not checked yet: a
    /// write checks them, and so does [`KvType::validate`].
    pub value: AnyValue,
    /// The member `ttl` next to the value's own, if it is present and the options ask for it.
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
        }
    }

    /// Sets the catalog's maximum time to live, unless the type has its own.
    pub(crate) fn bound_ttl(&mut self, max: Duration) {
        self.exposed = self.exposed.or_max_ttl(max);
    }

    /// Returns the type and its access.
    pub const fn exposed(&self) -> &Exposed {
        &self.exposed
    }

    /// Returns the type as an [`Engine`](crate::Engine) takes it.
    pub const fn stored_type(&self) -> StoredType {
        self.stored
    }

    /// Returns whether [`decode`](Self::decode) can remove a member `ttl` next to the value's own.
    /// See [`json::takes_ttl`].
    pub const fn takes_ttl(&self) -> bool {
        self.takes_ttl
    }

    /// Appends the JSON of a value.
    ///
    /// # Errors
    ///
    /// [`JsonError`] if the value has another type or its `Serialize` fails. Then nothing is
    /// appended.
    pub fn encode(&self, value: &dyn Any, into: &mut Vec<u8>) -> Result<(), JsonError> {
        self.encode_within(value, into, usize::MAX)
    }

    /// Appends the JSON of a value if it has at most `most` bytes. Stops at the first byte beyond
    /// them.
    ///
    /// # Errors
    ///
    /// The errors of [`encode`](Self::encode), and [`JsonError::TooLong`]. Then nothing is appended.
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
        self.stored.write(value, &mut Bounded::new(into, most))
    }

    /// Reads the JSON of a value, in one pass if it is valid.
    ///
    /// For some types two more passes check the JSON before it is read: types with parts that serde
    /// buffers (`flatten`, `untagged`, internally and adjacently tagged enums) if these contain
    /// more than strings, numbers and booleans, and types with maps whose keys have several
    /// spellings, such as IP addresses and dates.
    ///
    /// Accepts less than serde: see [`json`]. The maximum depth is that of `options`, or less if a
    /// level of the type takes much stack: see [`footprint`]. Takes time linear in the bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Malformed`] for invalid JSON, duplicate members and too much nesting;
    /// [`DecodeError::InvalidTtl`] for the member `ttl`; [`DecodeError::Value`] with all places at
    /// which the JSON does not have the shape of the type, and the violated rules where it has, in
    /// field order. An error of the type's own `Deserialize` is a violation of the rule `type` at
    /// its place, before those of other rules.
    ///
    /// # Panics
    ///
    /// If the type's own `Deserialize` panics.
    pub fn decode(&self, json: &[u8], options: DecodeOptions) -> Result<Decoded, DecodeError> {
        let options = if self.takes_ttl { options } else { options.keep_ttl() };
        let options = options.max_depth(options.depth().min(self.max_depth));
        if !self.traits.is_hidden
            && let Ok(text) = std::str::from_utf8(json)
        {
            let mut state = self.state(Mode::Doubt, options);
            if let Ok(value) = self.stored.read(text, &mut state)
                && !state.has_unsafe_int()
            {
                return Ok(Decoded { value, ttl: state.ttl() });
            }
        }
        json::check(self.exposed.schema(), json, options)?;
        let text = std::str::from_utf8(json).unwrap_or_default();
        let mut state = self.state(Mode::Trust, options);
        if let Ok(value) = self.stored.read(text, &mut state) {
            return Ok(Decoded { value, ttl: state.ttl() });
        }
        let mut state = self.state(Mode::Trace, options);
        match self.stored.read(text, &mut state) {
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

/// Returns the error of the type's own `Deserialize`, followed by the violated rules.
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
