//! Iterators over the entries of one type: [`Scan`], [`Entries`], [`Keys`].

use crate::handle::CollectionHandle;
use crate::memory::{Collection, PageCursor, PageRows, Row};
use crate::sync::bound;
use crate::{Entry, KvType, ScanOptions};
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

/// Size of the first page. It is small because many scans are short; each page is twice as large as
/// the one before, up to `LARGEST_PAGE`.
const FIRST_PAGE: usize = bound(32, 2);
const LARGEST_PAGE: usize = bound(512, 4);

/// The state that all iterators over one type share.
pub(crate) struct ScanCursor<T> {
    handle: CollectionHandle<T>,
    pages: PageCursor,
    page_size: usize,
    page: std::vec::IntoIter<(Arc<str>, Row<T>)>,
    remaining: usize,
}

impl<T: KvType> ScanCursor<T> {
    pub(crate) fn new(handle: CollectionHandle<T>, prefix: &str, options: ScanOptions) -> Self {
        let after = options.after.map(Arc::from);
        Self {
            handle,
            pages: PageCursor::new(prefix).after(after).descending(options.descending),
            // A caller that sets a limit usually reads all of it.
            page_size: options.limit.map_or(FIRST_PAGE, |limit| limit.min(LARGEST_PAGE)),
            page: Vec::new().into_iter(),
            remaining: options.limit.unwrap_or(usize::MAX),
        }
    }

    /// Maps the next live entry. `map` returns `None` for a row that has expired since its page was
    /// read.
    fn next<U>(&mut self, map: impl Fn(&Collection<T>, Arc<str>, Row<T>) -> Option<U>) -> Option<U> {
        while self.remaining > 0 {
            let Some((key, row)) = self.page.next() else {
                self.read_page()?;
                continue;
            };
            if let Some(item) = map(self.handle.existing()?, key, row) {
                self.remaining -= 1;
                return Some(item);
            }
        }
        None
    }

    fn read_page(&mut self) -> Option<()> {
        let limit = self.page_size.min(self.remaining);
        self.page_size = (self.page_size * 2).min(LARGEST_PAGE);
        let collection = self.handle.existing();
        let page =
            self.pages.read(limit, |query| collection.map_or_else(PageRows::default, |c| c.page(query)));
        self.page = page?.into_iter();
        Some(())
    }
}

/// Entries as keys and values in key order. Created by [`TypedStore::scan`] and
/// [`TypedStore::scan_with`].
///
/// The iterator borrows nothing, so it can be stored and sent to another thread.
///
/// [`TypedStore::scan`]: crate::TypedStore::scan
/// [`TypedStore::scan_with`]: crate::TypedStore::scan_with
#[must_use = "a scan reads nothing until it is iterated"]
pub struct Scan<T> {
    cursor: ScanCursor<T>,
}

impl<T: KvType> Scan<T> {
    pub(crate) fn new(cursor: ScanCursor<T>) -> Self {
        Self { cursor }
    }

    /// Returns an iterator over the same entries with their versions and times.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// let notes = KvStore::new().tenant("acme.example")?.typed::<Note>();
    /// let version = notes.set("a", Note { text: "first".to_owned() })?;
    /// let entries: Vec<_> = notes.scan("").entries().collect();
    /// assert_eq!(entries[0].version, version);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn entries(self) -> Entries<T> {
        Entries { cursor: self.cursor }
    }
}

impl<T: KvType> Iterator for Scan<T> {
    type Item = (Arc<str>, Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.next(|collection, key, row| {
            let row = collection.refresh(&key, row)?;
            Some((key, row.value))
        })
    }
}

/// Entries in key order with their versions and times. Created by [`Scan::entries`].
#[must_use = "a scan reads nothing until it is iterated"]
pub struct Entries<T> {
    cursor: ScanCursor<T>,
}

impl<T: KvType> Iterator for Entries<T> {
    type Item = Entry<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.next(|collection, key, row| {
            let (row, expires_in) = collection.refresh_with_time_left(&key, row)?;
            Some(row.into_entry(key, expires_in))
        })
    }
}

/// Keys in order. Created by [`TypedStore::keys`](crate::TypedStore::keys).
#[must_use = "a scan reads nothing until it is iterated"]
pub struct Keys<T> {
    cursor: ScanCursor<T>,
}

impl<T: KvType> Keys<T> {
    pub(crate) fn new(cursor: ScanCursor<T>) -> Self {
        Self { cursor }
    }
}

impl<T: KvType> Iterator for Keys<T> {
    type Item = Arc<str>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.next(|collection, key, row| collection.refresh(&key, row).map(|_| key))
    }
}

macro_rules! iterators {
    ($($name:ident),*) => {$(
        impl<T: KvType> FusedIterator for $name<T> {}

        impl<T: KvType> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("prefix", &self.cursor.pages.prefix())
                    .finish_non_exhaustive()
            }
        }
    )*};
}

iterators!(Scan, Entries, Keys);
