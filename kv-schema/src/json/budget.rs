//! The work that one document may cause.

use super::error::{Flaw, Malformed};
use super::scan::Scan;

/// Steps for a document of any size, so that small documents of deep types are read.
const ANY_SIZE: usize = 1 << 15;

/// Steps for each byte of a document, without a limit: what a type of many fields may cost that tries nothing twice.
const A_BYTE: usize = 16;

/// Steps for each byte beyond these, for what is tried again and again.
const TRIES_A_BYTE: usize = 48;

/// The most steps that trying may take, however long the document is.
const MOST_TRIES: usize = 3 << 20;

/// Steps that a copied token counts as. Serde copies what it reads by reference before it tries a variant on it, with an
/// allocation for each text, list and object.
const COPY: usize = 8;

/// Counts the steps that a document may still cause. A step is a few nanoseconds: a value or a member looked at, a few
/// names compared, a byte passed where bytes are looked at.
///
/// The count covers the checks of this module and what serde does afterwards with a document that passed, which tries the
/// variants of untagged enums in the same order and copies what it tries them on.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    bytes: usize,
}

impl Budget {
    /// The budget of a document of this many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let tries = bytes.saturating_mul(TRIES_A_BYTE).min(MOST_TRIES);
        Self { left: bytes.saturating_mul(A_BYTE).saturating_add(ANY_SIZE + tries), bytes }
    }

    /// Takes some steps.
    ///
    /// # Errors
    ///
    /// [`Flaw::Ambiguous`] when there are not enough left.
    #[inline]
    pub(super) fn take(&mut self, steps: usize) -> Scan {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Box::new(Malformed { offset: self.bytes, flaw: Flaw::Ambiguous })),
        }
    }

    /// Takes the steps of a copy of this many tokens.
    ///
    /// # Errors
    ///
    /// [`Flaw::Ambiguous`] when there are not enough left.
    pub(super) fn take_copy(&mut self, tokens: usize) -> Scan {
        self.take(tokens.saturating_mul(COPY))
    }

    #[cfg(test)]
    pub(super) fn left(&self) -> usize {
        self.left
    }
}
