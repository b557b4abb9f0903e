//! [`PageCursor`]: the loop of everything that reads a range of keys page by page.

use std::sync::Arc;

/// A request for one page of rows. The page is read under one lock.
#[derive(Clone, Copy)]
pub(crate) struct PageQuery<'a> {
    pub(crate) prefix: &'a str,
    /// The page starts after this key, in its direction.
    pub(crate) after: Option<&'a str>,
    pub(crate) descending: bool,
    pub(crate) limit: usize,
    /// Rows of this version or an earlier one are left out.
    pub(crate) newer_than: u64,
}

/// Rows in key order, and the key to continue after; `None` at the end of the range.
pub(crate) type PageRows<R> = (Vec<(Arc<str>, R)>, Option<Arc<str>>);

/// Position in a range of keys. No lock is held between pages.
pub(crate) struct PageCursor {
    prefix: Arc<str>,
    after: Option<Arc<str>>,
    descending: bool,
    newer_than: u64,
    finished: bool,
}

impl PageCursor {
    /// Creates a cursor over the keys with a prefix, in ascending order.
    pub(crate) fn new(prefix: impl Into<Arc<str>>) -> Self {
        Self { prefix: prefix.into(), after: None, descending: false, newer_than: 0, finished: false }
    }

    pub(crate) fn after(self, after: Option<Arc<str>>) -> Self {
        Self { after, ..self }
    }

    pub(crate) fn descending(self, descending: bool) -> Self {
        Self { descending, ..self }
    }

    /// Leaves out rows of this version and of earlier ones.
    pub(crate) fn newer_than(self, newer_than: u64) -> Self {
        Self { newer_than, ..self }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns the query for the next page.
    pub(crate) fn query(&self, limit: usize) -> PageQuery<'_> {
        PageQuery {
            prefix: &self.prefix,
            after: self.after.as_deref(),
            descending: self.descending,
            limit,
            newer_than: self.newer_than,
        }
    }

    /// Moves past a page that was read.
    pub(crate) fn advance(&mut self, next: Option<Arc<str>>) {
        match next {
            Some(key) => self.after = Some(key),
            None => self.finished = true,
        }
    }

    /// Reads the next page of at most `limit` rows. Returns `None` at the end of the range.
    pub(crate) fn read<R>(
        &mut self,
        limit: usize,
        read: impl FnOnce(PageQuery<'_>) -> PageRows<R>,
    ) -> Option<Vec<(Arc<str>, R)>> {
        if self.finished {
            return None;
        }
        let (rows, next) = read(self.query(limit));
        self.advance(next);
        Some(rows)
    }
}
