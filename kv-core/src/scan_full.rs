//! [`ScanFull`]: an iterator over the entries of all types.

use crate::codec::StoredValue;
use crate::handle::TenantHandle;
use crate::memory::{AnyCollection, ErasedRow, PageCursor};
use crate::schema::prefix;
use crate::{KvType, Version};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::iter::{FusedIterator, Peekable};
use std::sync::Arc;

/// Number of rows of a type that are read under one lock.
const PAGE: usize = 64;

/// Entries of all types in byte order of their full keys. Created by
/// [`TenantStore::scan_full`](crate::TenantStore::scan_full).
#[must_use = "a scan reads nothing until it is iterated"]
pub struct ScanFull {
    tenant: Arc<TenantHandle>,
    types: Vec<TypeCursor>,
}

/// Position of the scan in one type.
struct TypeCursor {
    collection: Arc<dyn AnyCollection>,
    pages: PageCursor,
    page: Peekable<std::vec::IntoIter<(Arc<str>, ErasedRow)>>,
}

impl ScanFull {
    pub(crate) fn new(tenant: &Arc<TenantHandle>, full_prefix: &str) -> Self {
        let collections = tenant.existing().map_or_else(Vec::new, |tenant| tenant.collections());
        let cursor = |collection: Arc<dyn AnyCollection>| {
            let (_, type_prefix) = collection.names();
            let pages = PageCursor::new(prefix::of_keys(full_prefix, type_prefix)?);
            Some(TypeCursor { collection, pages, page: Vec::new().into_iter().peekable() })
        };
        let mut types: Vec<_> = collections.into_iter().filter_map(cursor).collect();
        // Types that share a prefix are visited in the order of their tags.
        types.sort_by_key(|cursor| cursor.collection.names());
        Self { tenant: Arc::clone(tenant), types }
    }
}

impl TypeCursor {
    /// Returns the bytes of the next row's full key.
    fn peek_full_key(&mut self) -> Option<impl Iterator<Item = u8>> {
        if self.page.peek().is_none() {
            let collection = &self.collection;
            self.page = self.pages.read(PAGE, |query| collection.erased_page(query))?.into_iter().peekable();
        }
        let (_, type_prefix) = self.collection.names();
        let (key, _) = self.page.peek()?;
        Some(type_prefix.bytes().chain(key.bytes()))
    }
}

impl Iterator for ScanFull {
    type Item = FullEntry;

    fn next(&mut self) -> Option<FullEntry> {
        loop {
            let mut first: Option<usize> = None;
            for index in 0..self.types.len() {
                let (before, from_here) = self.types.split_at_mut(index);
                let Some(candidate) = from_here[0].peek_full_key() else { continue };
                let best = first.and_then(|best| before[best].peek_full_key());
                if best.is_none_or(|best| candidate.cmp(best) == Ordering::Less) {
                    first = Some(index);
                }
            }
            let cursor = &mut self.types[first?];
            let (tag, prefix) = cursor.collection.names();
            let (key, row) = cursor.page.next()?;
            // The entry may have expired or been overwritten since its page was read.
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

/// An entry of any type. Returned by [`ScanFull`].
#[derive(Clone)]
pub struct FullEntry {
    tag: &'static str,
    prefix: &'static str,
    key: Arc<str>,
    version: Version,
    value: Arc<dyn StoredValue>,
}

impl FullEntry {
    /// Returns the tag of the entry's type.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// Returns the key without the type's prefix.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the type's prefix followed by the key.
    pub fn full_key(&self) -> String {
        format!("{}{}", self.prefix, self.key)
    }

    /// Returns the version of the write that stored the value.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns the value if its type is `T`.
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

    /// Returns the value as JSON on one line.
    ///
    /// # Errors
    ///
    /// [`JsonError`](crate::JsonError) if the type cannot be written as JSON.
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
