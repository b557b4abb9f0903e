//! Answers, written as JSON.

use crate::problem::Problem;
use kv_core::engine::{AnyEntry, Written};
use kv_core::{Codec, JsonError, Version};
use serde::Serialize;
use std::mem;
use std::time::{SystemTime, UNIX_EPOCH};

/// What an answer says besides its body: status 200, or 304.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) etag: Option<Version>,
    /// Whether the client has the entry already, so that there is no body.
    pub(crate) is_not_modified: bool,
}

impl Answer {
    fn tagged(version: Version) -> Self {
        Self { etag: Some(version), is_not_modified: false }
    }

    pub(crate) fn not_modified(version: Version) -> Self {
        Self { etag: Some(version), is_not_modified: true }
    }

    pub(crate) fn found(json: &mut Json, codec: &Codec, entry: &AnyEntry) -> Result<Self, Problem> {
        json.name("found").raw("true");
        write_entry(json, codec, &entry.key, entry)?;
        Ok(Self::tagged(entry.version))
    }

    pub(crate) fn not_found(json: &mut Json) -> Self {
        json.name("found").raw(r#"false,"value":null"#);
        Self::default()
    }

    pub(crate) fn written(json: &mut Json, written: Written) -> Self {
        json.name("success").raw(r#"true,"version":"#).version(Some(written.version));
        json.raw(r#","expires_at":"#).time(written.expires_at);
        Self::tagged(written.version)
    }

    pub(crate) fn deleted(json: &mut Json, existed: bool) -> Self {
        json.name("success").raw("true");
        json.name("existed").value(&existed);
        Self::default()
    }

    pub(crate) fn cleaned(json: &mut Json, count: usize) -> Self {
        json.name("cleaned").value(&count);
        Self::default()
    }

    /// Says how much a tenant has of each type: its tag, keys and bytes.
    pub(crate) fn stats(json: &mut Json, host: &str, types: &[(&str, usize, usize)]) -> Self {
        json.name("host").text(host);
        json.name("total_keys").value(&types.iter().map(|(_, keys, _)| keys).sum::<usize>());
        json.name("types").open();
        for (tag, keys, bytes) in types {
            json.name(tag).open();
            json.name("keys").value(keys);
            json.name("bytes").value(bytes);
            json.close();
        }
        json.close();
        Self::default()
    }
}

/// A page of entries while it is written.
pub(crate) struct PageWriter<'j> {
    json: &'j mut Json,
    start: usize,
    room: usize,
    count: usize,
    last: Option<String>,
}

impl<'j> PageWriter<'j> {
    /// Starts a page that is full once it has this many bytes.
    pub(crate) fn new(json: &'j mut Json, room: usize) -> Self {
        let start = json.len();
        json.name("keys").open_array();
        Self { json, start, room, count: 0, last: None }
    }

    /// Adds an entry, under a key of the page's own kind. Returns `false` when there is no room for it.
    pub(crate) fn add(&mut self, codec: &Codec, key: &str, entry: &AnyEntry) -> Result<bool, Problem> {
        let before = self.json.len();
        if self.count > 0 && before - self.start >= self.room {
            return Ok(false);
        }
        self.json.item().open();
        match write_entry(self.json, codec, key, entry) {
            Ok(()) => {}
            Err(Unwritten::Full(_)) if self.count > 0 => {
                self.json.truncate(before);
                return Ok(false);
            }
            Err(unwritten) => return Err(unwritten.into()),
        }
        self.json.close();
        self.count += 1;
        self.last = Some(key.to_owned());
        Ok(true)
    }

    /// Returns how many entries it has.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Ends the page, which says whether there are more entries.
    pub(crate) fn end(self, has_more: bool) -> Answer {
        self.json.close_array();
        let json = self.json.name("next");
        match self.last.filter(|_| has_more) {
            Some(last) => json.text(&last),
            None => json.raw("null"),
        };
        Answer::default()
    }
}

/// Why an entry was not written.
enum Unwritten {
    /// It does not fit into the answer.
    Full(Room),
    Failed,
}

impl From<Unwritten> for Problem {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Full(Room::OfBatch { bytes }) => Self::too_large_for_batch(bytes),
            Unwritten::Full(Room::InFlight { .. }) => Self::too_many_in_flight(),
            Unwritten::Failed => Self::internal(),
        }
    }
}

/// Writes the members of an entry. Most answers are one: what stands between its values is written in whole pieces.
fn write_entry(json: &mut Json, codec: &Codec, key: &str, entry: &AnyEntry) -> Result<(), Unwritten> {
    json.name("key").text(key).raw(r#","type":"#).word(codec.exposed().tag()).raw(r#","value":"#);
    let (left, before) = (json.left(), json.len());
    let encoded = codec.encode_within(&*entry.value, &mut json.bytes, left);
    // A value that was too long has been encoded as far as there was room.
    let work = if encoded.is_ok() { json.len() - before } else { left };
    json.work = json.work.saturating_sub(work);
    encoded.map_err(|error| match error {
        JsonError::TooLong { .. } => Unwritten::Full(json.room),
        _ => Unwritten::Failed,
    })?;
    json.raw(r#","version":"#).version(Some(entry.version));
    json.raw(r#","created_at":"#).time(Some(entry.created_at));
    json.raw(r#","updated_at":"#).time(Some(entry.updated_at));
    json.raw(r#","expires_at":"#).time(entry.expires_at);
    if json.is_over() { Err(Unwritten::Full(json.room)) } else { Ok(()) }
}

/// How many bytes entries may take in a body, and what bounds them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Room {
    /// The answer to a batch.
    OfBatch { bytes: usize },
    /// All answers that are being sent.
    InFlight { bytes: usize },
}

impl Room {
    fn bytes(self) -> usize {
        let (Self::OfBatch { bytes } | Self::InFlight { bytes }) = self;
        bytes
    }
}

/// JSON while it is written. Its parts are known in their order, so no value is built first.
#[derive(Debug)]
pub(crate) struct Json {
    bytes: Vec<u8>,
    room: Room,
    /// How many bytes of values may still be encoded, discarded ones included: otherwise every operation of a batch could encode a
    /// value up to the room that is left, only to find that it does not fit.
    work: usize,
}

impl Json {
    /// Starts an object. Only entries are held to the room: the rest of an answer is small.
    pub(crate) fn object(room: Room) -> Self {
        // Most answers are no longer: they are written without growing.
        let mut bytes = Vec::with_capacity(512);
        bytes.push(b'{');
        Self { bytes, room, work: room.bytes().saturating_mul(2) }
    }

    /// Returns how many bytes are left for an entry.
    fn left(&self) -> usize {
        self.room.bytes().saturating_sub(self.len()).min(self.work)
    }

    fn is_over(&self) -> bool {
        self.len() > self.room.bytes()
    }

    /// Removes everything after this many bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Closes the object, and returns the bytes.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.close();
        mem::take(&mut self.bytes)
    }

    /// Returns how many bytes have been written.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes a comma if the open object or array has a member or an item.
    fn separate(&mut self) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[') | None) {
            self.bytes.push(b',');
        }
    }

    /// Begins a member. Names are those of the wire, and tags: nothing in them needs to be escaped.
    #[inline]
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.word(name).bytes(b":")
    }

    /// A text in which nothing needs to be escaped.
    #[inline]
    fn word(&mut self, word: &str) -> &mut Self {
        self.bytes(b"\"").bytes(word.as_bytes()).bytes(b"\"")
    }

    /// Begins an item of an array.
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

    /// Writes text that is JSON already.
    pub(crate) fn raw(&mut self, json: &str) -> &mut Self {
        self.bytes(json.as_bytes())
    }

    fn bytes(&mut self, json: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(json);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.value(text)
    }

    /// A number, a text, or several.
    pub(crate) fn value(&mut self, value: &(impl Serialize + ?Sized)) -> &mut Self {
        // Writing such a value to a vector does not fail.
        let _ = serde_json::to_writer(&mut self.bytes, value);
        self
    }

    pub(crate) fn version(&mut self, version: Option<Version>) -> &mut Self {
        match version {
            Some(version) => self.raw("\"").value(&version.get()).raw("\""),
            None => self.raw("null"),
        }
    }

    /// Milliseconds since 1970.
    fn time(&mut self, time: Option<SystemTime>) -> &mut Self {
        match time {
            Some(time) => {
                let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
                self.value(&(since.as_secs() * 1000 + u64::from(since.subsec_millis())))
            }
            None => self.raw("null"),
        }
    }
}
