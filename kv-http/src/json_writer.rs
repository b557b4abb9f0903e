//! [`JsonWriter`]: writes the JSON of a response member by member.

use crate::problem::Problem;
use kv_core::engine::AnyValue;
use kv_core::{Codec, JsonError, Version};
use serde::Serialize;
use std::mem;
use std::time::{SystemTime, UNIX_EPOCH};

/// The maximum number of bytes of a response with entries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Budget {
    /// The response of a batch: [`Limits::page_bytes`](crate::Limits::page_bytes).
    Batch { bytes: usize },
    /// Any other response: the rest of [`Limits::in_flight_bytes`](crate::Limits::in_flight_bytes).
    InFlight { bytes: usize },
}

impl Budget {
    fn bytes(self) -> usize {
        let (Self::Batch { bytes } | Self::InFlight { bytes }) = self;
        bytes
    }
}

/// A JSON object that is written in order, without building a value first.
#[derive(Debug)]
pub(crate) struct JsonWriter {
    bytes: Vec<u8>,
    budget: Budget,
    /// Number of bytes of values that may still be encoded, including values that are discarded.
    /// Without this bound, each operation of a batch could encode a large value only to find that
    /// it does not fit.
    work: usize,
}

impl JsonWriter {
    /// Starts an object. The budget limits entries only, because other members are small.
    pub(crate) fn object(budget: Budget) -> Self {
        // Most responses fit into this capacity.
        let mut bytes = Vec::with_capacity(512);
        bytes.push(b'{');
        Self { bytes, budget, work: budget.bytes().saturating_mul(2) }
    }

    /// Returns the number of bytes written.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_over_budget(&self) -> bool {
        self.len() > self.budget.bytes()
    }

    /// Removes everything after the first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Closes the object and returns its bytes.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.close();
        mem::take(&mut self.bytes)
    }

    /// Writes a stored value, if it fits into the budget.
    pub(crate) fn encode(&mut self, codec: &Codec, value: &AnyValue) -> Result<(), JsonError> {
        let left = self.budget.bytes().saturating_sub(self.len()).min(self.work);
        let before = self.len();
        let encoded = codec.encode_within(&**value, &mut self.bytes, left);
        // A value that does not fit was encoded up to the last byte left.
        let work = if encoded.is_ok() { self.len() - before } else { left };
        self.work = self.work.saturating_sub(work);
        encoded
    }

    /// Returns the response to an entry that was not written.
    pub(crate) fn unwritten(&self, error: &JsonError) -> Problem {
        match (error, self.budget) {
            (JsonError::TooLong { .. }, Budget::Batch { bytes }) => Problem::too_large_for_batch(bytes),
            (JsonError::TooLong { .. }, Budget::InFlight { .. }) => Problem::too_many_in_flight(),
            _ => Problem::internal(),
        }
    }

    /// Writes a comma if the open object or array is not empty.
    fn separate(&mut self) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[') | None) {
            self.bytes.push(b',');
        }
    }

    /// Writes a member's name. Names are literals and tags, which need no escaping.
    #[inline]
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.unescaped(name).raw(":")
    }

    /// Writes a string that needs no escaping.
    #[inline]
    pub(crate) fn unescaped(&mut self, text: &str) -> &mut Self {
        self.raw("\"").raw(text).raw("\"")
    }

    /// Starts an item of an array.
    pub(crate) fn item(&mut self) -> &mut Self {
        self.separate();
        self
    }

    pub(crate) fn open(&mut self) {
        self.bytes.push(b'{');
    }

    pub(crate) fn close(&mut self) {
        self.bytes.push(b'}');
    }

    pub(crate) fn open_array(&mut self) {
        self.bytes.push(b'[');
    }

    pub(crate) fn close_array(&mut self) {
        self.bytes.push(b']');
    }

    /// Writes text that is already JSON.
    #[inline]
    pub(crate) fn raw(&mut self, json: &str) -> &mut Self {
        self.bytes.extend_from_slice(json.as_bytes());
        self
    }

    /// Writes a number, a string, a boolean or a list of them.
    pub(crate) fn value(&mut self, value: &(impl Serialize + ?Sized)) -> &mut Self {
        // Serializing such a value to a `Vec` cannot fail.
        let _ = serde_json::to_writer(&mut self.bytes, value);
        self
    }

    /// Writes a version as a string, or null.
    pub(crate) fn version(&mut self, version: Option<Version>) -> &mut Self {
        match version {
            Some(version) => self.raw("\"").value(&version.get()).raw("\""),
            None => self.raw("null"),
        }
    }

    /// Writes a time in milliseconds since 1970, or null.
    pub(crate) fn time(&mut self, time: Option<SystemTime>) -> &mut Self {
        match time {
            Some(time) => {
                let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
                self.value(&(since.as_secs() * 1000 + u64::from(since.subsec_millis())))
            }
            None => self.raw("null"),
        }
    }
}
