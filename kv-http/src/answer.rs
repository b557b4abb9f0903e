//! What is said, as JSON.

use kv_core::engine::{AnyEntry, Written};
use kv_core::{Codec, JsonError, Version};
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// An answer with status 200, or 304.
#[derive(Debug)]
pub(crate) struct Answer {
    /// A JSON object; `None` where the client has the entry already.
    pub(crate) json: Option<Vec<u8>>,
    pub(crate) etag: Option<Version>,
}

impl Answer {
    fn new(json: Vec<u8>) -> Self {
        Self { json: Some(json), etag: None }
    }

    pub(crate) fn not_modified(version: Version) -> Self {
        Self { json: None, etag: Some(version) }
    }

    pub(crate) fn found(codec: &Codec, entry: &AnyEntry) -> Result<Self, JsonError> {
        let mut json = Json::object();
        json.raw(r#""found":true"#);
        write_entry(&mut json, codec, &entry.key, entry)?;
        Ok(Self { json: Some(json.end()), etag: Some(entry.version) })
    }

    pub(crate) fn not_found() -> Self {
        Self::new(br#"{"found":false,"value":null}"#.to_vec())
    }

    pub(crate) fn written(written: Written) -> Self {
        let mut json = Json::object();
        json.raw(r#""success":true,"version":"#).version(Some(written.version));
        json.raw(r#","expires_at":"#).time(written.expires_at);
        Self { json: Some(json.end()), etag: Some(written.version) }
    }

    pub(crate) fn deleted(existed: bool) -> Self {
        let mut json = Json::object();
        json.name("success").raw("true");
        json.name("existed").value(&existed);
        Self::new(json.end())
    }

    pub(crate) fn cleaned(count: usize) -> Self {
        let mut json = Json::object();
        json.name("cleaned").value(&count);
        Self::new(json.end())
    }

    /// How much a tenant has of each type: its tag, keys and bytes.
    pub(crate) fn stats(host: &str, types: &[(&str, usize, usize)]) -> Self {
        let mut json = Json::object();
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
        Self::new(json.end())
    }

    /// The results of a batch.
    pub(crate) fn results(results: &[Vec<u8>]) -> Self {
        let mut json = Json::object();
        json.name("results").array(results, |json, result| _ = json.bytes(result));
        Self::new(json.end())
    }

    /// As one of the results of a batch.
    pub(crate) fn into_result(self) -> Vec<u8> {
        let members = self.json.unwrap_or_default();
        // It is an object with members, so what follows its brace goes on behind the status.
        [br#"{"status":200,"#.as_slice(), members.get(1..).unwrap_or_default()].concat()
    }
}

/// A page of entries while it is written.
pub(crate) struct PageWriter {
    json: Json,
    room: usize,
    count: usize,
    last: Option<String>,
}

impl PageWriter {
    /// A page that is full when it has so many bytes.
    pub(crate) fn new(room: usize) -> Self {
        let mut json = Json::object();
        json.name("keys").open_array();
        Self { json, room, count: 0, last: None }
    }

    /// Adds an entry, under a key of the page's own kind; `false` when there is no room for it.
    pub(crate) fn add(&mut self, codec: &Codec, key: &str, entry: &AnyEntry) -> Result<bool, JsonError> {
        if self.count > 0 && self.json.len() >= self.room {
            return Ok(false);
        }
        self.json.item().open();
        write_entry(&mut self.json, codec, key, entry)?;
        self.json.close();
        self.count += 1;
        self.last = Some(key.to_owned());
        Ok(true)
    }

    /// How many entries it has.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The page, which says whether there are more entries.
    pub(crate) fn end(mut self, has_more: bool) -> Answer {
        self.json.close_array();
        let json = self.json.name("next");
        match self.last.filter(|_| has_more) {
            Some(last) => json.text(&last),
            None => json.raw("null"),
        };
        Answer::new(self.json.end())
    }
}

/// The members of an entry. Most answers are one: what stands between its values is written in whole pieces.
fn write_entry(json: &mut Json, codec: &Codec, key: &str, entry: &AnyEntry) -> Result<(), JsonError> {
    json.name("key").text(key).raw(r#","type":"#).word(codec.exposed().tag()).raw(r#","value":"#);
    codec.encode(&*entry.value, &mut json.bytes)?;
    json.raw(r#","version":"#).version(Some(entry.version));
    json.raw(r#","created_at":"#).time(Some(entry.created_at));
    json.raw(r#","updated_at":"#).time(Some(entry.updated_at));
    json.raw(r#","expires_at":"#).time(entry.expires_at);
    Ok(())
}

/// JSON while it is written. What is said is known in its order, so no value is built first.
pub(crate) struct Json {
    bytes: Vec<u8>,
}

impl Json {
    /// With an object that is open.
    pub(crate) fn object() -> Self {
        // Most answers are no longer: they are written without growing.
        let mut bytes = Vec::with_capacity(512);
        bytes.push(b'{');
        Self { bytes }
    }

    /// Closes the object, and returns all.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Separates what comes from what is there, if there is something in the object or the array that is open.
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
    fn item(&mut self) -> &mut Self {
        self.separate();
        self
    }

    pub(crate) fn open(&mut self) {
        self.bytes.push(b'{');
    }

    pub(crate) fn close(&mut self) {
        self.bytes.push(b'}');
    }

    fn open_array(&mut self) {
        self.bytes.push(b'[');
    }

    fn close_array(&mut self) {
        self.bytes.push(b']');
    }

    /// An array of items, each written by a function.
    pub(crate) fn array<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.open_array();
        for item in items {
            write(self.item(), item);
        }
        self.close_array();
    }

    /// JSON that is there already.
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
