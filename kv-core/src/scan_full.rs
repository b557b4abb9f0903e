//! Going through the entries of all types.

use crate::codec::Erased;
use crate::memory::{AnyCollection, ErasedRow, PageQuery};
use crate::{KvType, TenantStore, Version};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

/// How many rows of a type are read under the lock at a time.
const PAGE: usize = 64;

/// Entries of all types in byte order of their full keys. Made by [`TenantStore::scan_full`].
#[must_use = "a scan reads nothing until it is iterated"]
pub struct ScanFull {
    tenant: TenantStore,
    types: Vec<Cursor>,
}

/// Where the scan stands in one type.
struct Cursor {
    collection: Arc<dyn AnyCollection>,
    /// The part of the full prefix that concerns this type's keys.
    key_prefix: String,
    page: std::iter::Peekable<std::vec::IntoIter<(Arc<str>, ErasedRow)>>,
    after: Option<Arc<str>>,
    at_end: bool,
}

impl ScanFull {
    pub(crate) fn new(tenant: TenantStore, full_prefix: &str) -> Self {
        let collections = tenant.existing().map_or_else(Vec::new, |tenant| tenant.collections());
        let cursor = |collection: Arc<dyn AnyCollection>| {
            let (_, prefix) = collection.names();
            // Either the full prefix goes beyond the type's own, or it stops within it.
            let key_prefix = match full_prefix.strip_prefix(prefix) {
                Some(rest) => rest.to_owned(),
                None if prefix.starts_with(full_prefix) => String::new(),
                None => return None,
            };
            let page = Vec::new().into_iter().peekable();
            Some(Cursor { collection, key_prefix, page, after: None, at_end: false })
        };
        let mut types: Vec<_> = collections.into_iter().filter_map(cursor).collect();
        // Types that share a prefix come in the order of their tags.
        types.sort_by_key(|cursor| cursor.collection.names());
        Self { tenant, types }
    }
}

impl Cursor {
    /// Reads on until there is a next row, if there is one.
    fn fill(&mut self) {
        if self.page.peek().is_some() || self.at_end {
            return;
        }
        let page = PageQuery {
            prefix: &self.key_prefix,
            after: self.after.as_deref(),
            descending: false,
            limit: PAGE,
            newer_than: 0,
        };
        let rows = self.collection.erased_page(page);
        self.at_end = rows.len() < PAGE;
        if let Some((key, _)) = rows.last() {
            self.after = Some(Arc::clone(key));
        }
        self.page = rows.into_iter().peekable();
    }

    /// The bytes of the next row's full key.
    fn next_full_key(&mut self) -> Option<impl Iterator<Item = u8>> {
        let (_, prefix) = self.collection.names();
        let (key, _) = self.page.peek()?;
        Some(prefix.bytes().chain(key.bytes()))
    }
}

impl Iterator for ScanFull {
    type Item = FullEntry;

    fn next(&mut self) -> Option<FullEntry> {
        loop {
            let mut first: Option<usize> = None;
            for index in 0..self.types.len() {
                self.types[index].fill();
                let (before, from_here) = self.types.split_at_mut(index);
                let Some(candidate) = from_here[0].next_full_key() else { continue };
                let best = first.and_then(|best| before[best].next_full_key());
                if best.is_none_or(|best| candidate.cmp(best) == Ordering::Less) {
                    first = Some(index);
                }
            }
            let cursor = &mut self.types[first?];
            let (tag, prefix) = cursor.collection.names();
            let (key, row) = cursor.page.next()?;
            // It may have expired, or have been written anew, while its page waited.
            if let Some(row) = cursor.collection.refresh_erased(&key, row) {
                return Some(FullEntry { tag, prefix, key, version: row.version, value: row.value });
            }
        }
    }
}

impl FusedIterator for ScanFull {}

impl fmt::Debug for ScanFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanFull").field("tenant", self.tenant.id()).finish_non_exhaustive()
    }
}

/// An entry of any type. Made by [`TenantStore::scan_full`].
#[derive(Clone)]
pub struct FullEntry {
    tag: &'static str,
    prefix: &'static str,
    key: Arc<str>,
    version: Version,
    value: Arc<dyn Erased>,
}

impl FullEntry {
    /// The tag of the entry's type.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The type's prefix and the key.
    pub fn full_key(&self) -> String {
        format!("{}{}", self.prefix, self.key)
    }

    /// Which write this is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The value, if it is of this type.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(Debug, PartialEq, KvType)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// let store = KvStore::new().tenant("acme.example")?;
    /// store.set::<Note>("a", Note { text: "hello".to_owned() })?;
    /// let entry = store.scan_full("Note:").next().unwrap();
    /// assert_eq!(entry.value::<Note>().unwrap().text, "hello");
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn value<T: KvType>(&self) -> Option<Arc<T>> {
        let any: Arc<dyn Any + Send + Sync> = Arc::clone(&self.value) as _;
        any.downcast().ok()
    }

    /// The value as JSON, in one line.
    ///
    /// # Errors
    ///
    /// [`JsonError`](crate::JsonError) when the type cannot be written as JSON.
    #[cfg(feature = "json")]
    pub fn json(&self) -> Result<String, crate::JsonError> {
        self.value.json()
    }
}

impl fmt::Debug for FullEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FullEntry")
            .field("full_key", &self.full_key())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
