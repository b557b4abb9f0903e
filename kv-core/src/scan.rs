//! Going through many entries.

use crate::memory::{Collection, PageQuery, Row};
use crate::sync::bound;
use crate::typed::TypedStore;
use crate::{Entry, KvType, ScanOptions};
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

/// How many rows are read under the lock at a time: few at first, since many scans are short.
const FIRST_PAGE: usize = bound(32, 2);
const LARGEST_PAGE: usize = bound(512, 4);

/// Goes through the entries of a range of keys, page by page, with no lock held in between.
pub(crate) struct Cursor<T> {
    store: TypedStore<T>,
    prefix: String,
    /// The last key that was read, where the next page goes on.
    after: Option<Arc<str>>,
    descending: bool,
    remaining: usize,
    page: std::vec::IntoIter<(Arc<str>, Row<T>)>,
    page_size: usize,
    at_end: bool,
}

impl<T: KvType> Cursor<T> {
    pub(crate) fn new(store: TypedStore<T>, prefix: &str, options: ScanOptions) -> Self {
        Self {
            store,
            prefix: prefix.to_owned(),
            after: options.after.map(Arc::from),
            descending: options.descending,
            remaining: options.limit.unwrap_or(usize::MAX),
            page: Vec::new().into_iter(),
            // Who says how many are wanted wants them.
            page_size: options.limit.map_or(FIRST_PAGE, |limit| limit.min(LARGEST_PAGE)),
            at_end: false,
        }
    }

    /// What is made of the next entry of which anything can be made: which is alive when it is handed out, however long
    /// ago its page was read.
    fn next<U>(&mut self, hand_out: impl Fn(&Collection<T>, Arc<str>, Row<T>) -> Option<U>) -> Option<U> {
        while self.remaining > 0 {
            let Some((key, row)) = self.page.next() else {
                self.read_page()?;
                continue;
            };
            if let Some(handed_out) = hand_out(self.store.existing()?, key, row) {
                self.remaining -= 1;
                return Some(handed_out);
            }
        }
        None
    }

    fn read_page(&mut self) -> Option<()> {
        if self.at_end {
            return None;
        }
        let limit = self.page_size.min(self.remaining);
        self.page_size = (self.page_size * 2).min(LARGEST_PAGE);
        let page = PageQuery {
            prefix: &self.prefix,
            after: self.after.as_deref(),
            descending: self.descending,
            limit,
            newer_than: 0,
        };
        let rows = self.store.existing().map_or_else(Vec::new, |collection| collection.page(page));
        self.at_end = rows.len() < limit;
        self.after = Some(Arc::clone(&rows.last()?.0));
        self.page = rows.into_iter();
        Some(())
    }
}

/// Entries in key order, as key and value. Made by [`TypedStore::scan`] and [`TypedStore::scan_with`].
///
/// It owns what it needs, so it can be kept and sent to another thread.
#[must_use = "a scan reads nothing until it is iterated"]
pub struct Scan<T> {
    cursor: Cursor<T>,
}

impl<T: KvType> Scan<T> {
    pub(crate) fn new(cursor: Cursor<T>) -> Self {
        Self { cursor }
    }

    /// The same entries with their versions and times.
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

/// Entries in key order, with their versions and times. Made by [`Scan::entries`].
#[must_use = "a scan reads nothing until it is iterated"]
pub struct Entries<T> {
    cursor: Cursor<T>,
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

/// Keys in order. Made by [`TypedStore::keys`].
#[must_use = "a scan reads nothing until it is iterated"]
pub struct Keys<T> {
    cursor: Cursor<T>,
}

impl<T: KvType> Keys<T> {
    pub(crate) fn new(cursor: Cursor<T>) -> Self {
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
                f.debug_struct(stringify!($name)).field("prefix", &self.cursor.prefix).finish_non_exhaustive()
            }
        }
    )*};
}

iterators!(Scan, Entries, Keys);
