//! [`DecodeState`], the record of one pass over a document.

use super::traits::Traits;
use crate::schema::json::{self, DecodeOptions};
use crate::schema::ttl::Ttl;
use serde::de::Error;
use std::fmt;
use std::hash::BuildHasher;

/// How much a pass over a document checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Refuses everything that the schema would refuse.
    Doubt,
    /// Checks nothing, because the schema has accepted the document.
    Trust,
    /// Checks nothing, and records the place of an error.
    Trace,
}

/// State of one pass over a document.
#[derive(Debug)]
pub(crate) struct DecodeState {
    mode: Mode,
    max_depth: usize,
    depth: usize,
    /// Whether member names of structs are recorded, too, because some readers of structs do not
    /// detect duplicates.
    notes_all_names: bool,
    traits: Traits,
    ints: Ints,
    /// Whether the last value that was read belongs to no field.
    ignored: bool,
    ttl: TtlMember,
    /// Hashes of the names in all open objects, the innermost object's last.
    names: Vec<u64>,
    hasher: foldhash::fast::RandomState,
    /// The last name that was read, in [`Mode::Trace`].
    name: String,
    /// The steps to the place of the error, innermost first, each with the depth of its container.
    path: Vec<(usize, Step)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TtlMember {
    Unasked,
    Asked,
    Taken(Ttl),
}

/// What has been found out about integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ints {
    /// Every integer is accepted.
    Welcome,
    /// JavaScript represents all integers so far exactly.
    Watched,
    /// JavaScript rounds one of them. The schema decides whether its field accepts it.
    Unsafe,
}

/// A step from a container to one of its parts.
#[derive(Debug)]
pub(super) enum Step {
    Name(String),
    Item(usize),
}

// Methods that are called for every value are inlined into the reader of the type, which is compiled
// in another crate.
impl DecodeState {
    pub(super) fn new(mode: Mode, options: DecodeOptions, traits: Traits) -> Self {
        Self {
            mode,
            max_depth: options.depth(),
            depth: 0,
            notes_all_names: traits.is_opaque || traits.is_buffered,
            traits,
            ints: if mode == Mode::Doubt && !options.reads_any_int() { Ints::Watched } else { Ints::Welcome },
            ignored: false,
            ttl: if options.takes_ttl() { TtlMember::Asked } else { TtlMember::Unasked },
            names: Vec::new(),
            hasher: foldhash::fast::RandomState::default(),
            name: String::new(),
            path: Vec::new(),
        }
    }

    /// Returns the `ttl` that was removed from the value's members.
    pub(super) fn ttl(&self) -> Option<Ttl> {
        match self.ttl {
            TtlMember::Taken(ttl) => Some(ttl),
            TtlMember::Unasked | TtlMember::Asked => None,
        }
    }

    /// Returns how much is checked.
    #[inline]
    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns whether JavaScript rounds an integer of the document.
    #[inline]
    pub(super) fn has_unsafe_int(&self) -> bool {
        self.ints == Ints::Unsafe
    }

    /// Returns the place of the error as a JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for (_, step) in self.path.iter().rev() {
            pointer.push('/');
            match step {
                Step::Name(name) => pointer.push_str(&kv_schema::pointer::escape(name)),
                Step::Item(at) => pointer.push_str(&at.to_string()),
            }
        }
        pointer
    }

    #[inline]
    pub(super) fn doubts(&self) -> bool {
        self.mode == Mode::Doubt
    }

    /// Enters a list or an object and returns its depth.
    pub(super) fn enter<E: Error>(&mut self) -> Result<usize, E> {
        self.depth += 1;
        if self.doubts() && self.depth > self.max_depth { Err(refused()) } else { Ok(self.depth) }
    }

    /// Leaves a list or an object of this depth.
    #[inline]
    pub(super) fn leave(&mut self, depth: usize) {
        self.depth = depth - 1;
    }

    /// Returns whether a value that is read without a type may go into a buffer of serde.
    #[inline]
    pub(super) fn may_buffer(&self) -> bool {
        self.traits.is_buffered
    }

    /// Returns whether a value that is read without a type must be a string.
    #[inline]
    pub(super) fn expects_text(&self) -> bool {
        self.doubts() && !self.traits.asks_for_anything()
    }

    /// Returns whether integers are checked.
    #[inline]
    pub(super) fn watches_ints(&self) -> bool {
        self.ints != Ints::Welcome
    }

    /// Returns whether a number that is read without a type may be part of a value without a schema,
    /// in which all numbers are checked, floats and ignored ones included.
    #[inline]
    pub(super) fn watches_numbers(&self) -> bool {
        self.traits.is_opaque && self.watches_ints()
    }

    /// Records an integer, or a float that may have been written as one.
    #[inline]
    pub(super) fn note_int(&mut self, is_safe: bool) {
        if !is_safe && self.ints == Ints::Watched {
            self.ints = Ints::Unsafe;
        }
    }

    /// Returns whether a `ttl` is removed from the object at this depth.
    #[inline]
    pub(super) fn takes_ttl(&self, depth: usize) -> bool {
        depth == 1 && self.ttl != TtlMember::Unasked
    }

    /// Records the `ttl`. Refuses a second one, which the schema then reports.
    pub(super) fn take_ttl<E: Error>(&mut self, ttl: Ttl) -> Result<(), E> {
        match std::mem::replace(&mut self.ttl, TtlMember::Taken(ttl)) {
            TtlMember::Taken(_) => Err(refused()),
            TtlMember::Unasked | TtlMember::Asked => Ok(()),
        }
    }

    /// Records that the last value belongs to no field.
    #[inline]
    pub(super) fn note_ignored(&mut self) {
        self.ignored = true;
    }

    /// Records the name of a struct's member before its value is read.
    #[inline]
    pub(super) fn note_member<E: Error>(&mut self, name: &str) -> Result<(), E> {
        self.ignored = false;
        if self.notes_all_names { self.note(name) } else { Ok(()) }
    }

    /// Records the name of a struct's member after its value was read, if it belongs to no field. The
    /// reader of the struct detects duplicates of known names itself.
    #[inline]
    pub(super) fn note_ignored_member<E: Error>(&mut self, name: &str) -> Result<(), E> {
        if self.ignored && !self.notes_all_names {
            self.ignored = false;
            return self.note(name);
        }
        Ok(())
    }

    /// Records a step while an error is passed on. Discards the steps of an earlier error that a
    /// reader has recovered from.
    pub(super) fn failed(&mut self, depth: usize, step: impl FnOnce() -> Step) {
        if self.mode != Mode::Trace {
            return;
        }
        if self.path.last().is_some_and(|(inner, _)| *inner != depth + 1) {
            self.path.clear();
        }
        self.path.push((depth, step()));
    }

    /// Records a name of the current object before its reader sees it, because `serde_json` parses
    /// the text under a reserved name again.
    ///
    /// # Errors
    ///
    /// In [`Mode::Doubt`], refuses a reserved name. The schema decides whether it is allowed.
    pub(super) fn note<E: Error>(&mut self, name: &str) -> Result<(), E> {
        match self.mode {
            Mode::Doubt if json::is_reserved(name) => return Err(refused()),
            Mode::Doubt => self.names.push(self.hasher.hash_one(name)),
            Mode::Trust => {}
            Mode::Trace => name.clone_into(&mut self.name),
        }
        Ok(())
    }

    /// Records a key that was read as a number, which has one spelling.
    pub(super) fn note_number<E: Error>(&mut self, number: impl fmt::Display) -> Result<(), E> {
        if self.mode == Mode::Trust { Ok(()) } else { self.note(&number.to_string()) }
    }

    /// Returns the last recorded name, in [`Mode::Trace`].
    #[inline]
    pub(super) fn traced_name(&self) -> String {
        if self.mode == Mode::Trace { self.name.clone() } else { String::new() }
    }

    /// Returns the index of the names of the next object.
    #[inline]
    pub(super) fn begin_names(&self) -> usize {
        self.names.len()
    }

    /// Removes the names of an object. Refuses two with the same hash, which may be duplicates.
    pub(super) fn end_names<E: Error>(&mut self, from: usize) -> Result<(), E> {
        let names = self.names.get_mut(from..).unwrap_or_default();
        let mut twice = false;
        if names.len() > 1 {
            names.sort_unstable();
            twice = names.windows(2).any(|pair| pair[0] == pair[1]);
        }
        self.names.truncate(from);
        if twice { Err(refused()) } else { Ok(()) }
    }
}

/// Returns the error of a refusal. It is never shown: the schema describes the fault.
pub(super) fn refused<E: Error>() -> E {
    E::custom("refused")
}
