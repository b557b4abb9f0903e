//! What is noted while a document is read.

use super::traits::Traits;
use crate::schema::json::{self, DecodeOptions};
use crate::schema::ttl::Ttl;
use serde::de::Error;
use std::fmt;
use std::hash::BuildHasher;

/// What is looked at besides the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Everything that the schema would refuse is refused.
    Doubt,
    /// Nothing is doubted: the schema was asked.
    Trust,
    /// The same, and it is noted where reading fails.
    Trace,
}

/// What reading one document knows and finds.
#[derive(Debug)]
pub(super) struct Reading {
    mode: Mode,
    max_depth: usize,
    depth: usize,
    /// Whether the names of structs' members are noted too, since not every struct's reader looks for double ones.
    notes_all_names: bool,
    traits: Traits,
    ints: Ints,
    /// Whether the last value that was read was one for nobody.
    ignored: bool,
    ttl: TtlMember,
    /// Hashes of the names of the objects around, the innermost one's last.
    names: Vec<u64>,
    hasher: foldhash::fast::RandomState,
    /// The name that was read last, where they are traced.
    name: String,
    /// Where it went wrong, from the inside out, each step with the depth of what it leads out of.
    path: Vec<(usize, Step)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TtlMember {
    Unasked,
    Asked,
    Taken(Ttl),
}

/// What is known of the integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ints {
    /// Nothing: every one is welcome.
    Welcome,
    /// All so far are such as JavaScript holds.
    Watched,
    /// One was met that JavaScript rounds. Whether its field takes it is for the schema to say.
    Unsafe,
}

/// A step to a part of a value.
#[derive(Debug)]
pub(super) enum Step {
    Name(String),
    Item(usize),
}

// What is asked for every value is inlined into the reader of the type, which is compiled in another crate.
impl Reading {
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

    /// The member `ttl` that was taken out.
    pub(super) fn ttl(&self) -> Option<Ttl> {
        match self.ttl {
            TtlMember::Taken(ttl) => Some(ttl),
            TtlMember::Unasked | TtlMember::Asked => None,
        }
    }

    /// What is looked at.
    #[inline]
    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether an integer was met that JavaScript rounds.
    #[inline]
    pub(super) fn has_unsafe_int(&self) -> bool {
        self.ints == Ints::Unsafe
    }

    /// The names and positions that lead to where reading failed, as a JSON pointer (RFC 6901).
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

    /// Goes into a list or an object, and says how deep that is.
    pub(super) fn enter<E: Error>(&mut self) -> Result<usize, E> {
        self.depth += 1;
        if self.doubts() && self.depth > self.max_depth { Err(refused()) } else { Ok(self.depth) }
    }

    /// Comes out of what is so deep.
    #[inline]
    pub(super) fn leave(&mut self, depth: usize) {
        self.depth = depth - 1;
    }

    /// Whether what is asked for without a type may be what a buffer is filled with.
    #[inline]
    pub(super) fn may_buffer(&self) -> bool {
        self.traits.is_buffered
    }

    /// Whether what is asked for without a type can only be text.
    #[inline]
    pub(super) fn expects_text(&self) -> bool {
        self.doubts() && !self.traits.asks_for_anything()
    }

    /// Whether integers are of interest.
    #[inline]
    pub(super) fn watches_ints(&self) -> bool {
        self.ints != Ints::Welcome
    }

    /// Whether a number that is read without a type may be part of a value without a schema, where every number is of
    /// interest, be it read as a float or ignored.
    #[inline]
    pub(super) fn watches_numbers(&self) -> bool {
        self.traits.is_opaque && self.watches_ints()
    }

    /// Notes whether an integer, or a float that may have been written as one, is one that JavaScript does not round.
    #[inline]
    pub(super) fn note_int(&mut self, is_safe: bool) {
        if !is_safe && self.ints == Ints::Watched {
            self.ints = Ints::Unsafe;
        }
    }

    /// Whether a `ttl` is looked for in the object that is so deep.
    #[inline]
    pub(super) fn takes_ttl(&self, depth: usize) -> bool {
        depth == 1 && self.ttl != TtlMember::Unasked
    }

    /// Takes out a `ttl`. A second one is the schema's to find.
    pub(super) fn take_ttl<E: Error>(&mut self, ttl: Ttl) -> Result<(), E> {
        match std::mem::replace(&mut self.ttl, TtlMember::Taken(ttl)) {
            TtlMember::Taken(_) => Err(refused()),
            TtlMember::Unasked | TtlMember::Asked => Ok(()),
        }
    }

    /// Notes that a value was for nobody.
    #[inline]
    pub(super) fn note_ignored(&mut self) {
        self.ignored = true;
    }

    /// Notes the name of a struct's member before it is read.
    #[inline]
    pub(super) fn note_member<E: Error>(&mut self, name: &str) -> Result<(), E> {
        self.ignored = false;
        if self.notes_all_names { self.note(name) } else { Ok(()) }
    }

    /// Notes the name once its value was read, if that was for nobody: of those that it knows, a struct's reader sees
    /// for itself that they come once.
    #[inline]
    pub(super) fn note_stranger<E: Error>(&mut self, name: &str) -> Result<(), E> {
        if self.ignored && !self.notes_all_names {
            self.ignored = false;
            return self.note(name);
        }
        Ok(())
    }

    /// Notes on the way out of an error where it was. What an error left that somebody forgave is thrown away.
    pub(super) fn failed(&mut self, depth: usize, step: impl FnOnce() -> Step) {
        if self.mode != Mode::Trace {
            return;
        }
        if self.path.last().is_some_and(|(inner, _)| *inner != depth + 1) {
            self.path.clear();
        }
        self.path.push((depth, step()));
    }

    /// Notes a name in the object that is being read, before its reader sees it: `serde_json` parses text again under a
    /// reserved one.
    ///
    /// # Errors
    ///
    /// In doubt, for a reserved name, which the schema then allows or not.
    pub(super) fn note<E: Error>(&mut self, name: &str) -> Result<(), E> {
        match self.mode {
            Mode::Doubt if json::is_reserved(name) => return Err(refused()),
            Mode::Doubt => self.names.push(self.hasher.hash_one(name)),
            Mode::Trust => {}
            Mode::Trace => name.clone_into(&mut self.name),
        }
        Ok(())
    }

    /// Notes a key that was read as a number, which has one form only.
    pub(super) fn note_number<E: Error>(&mut self, number: impl fmt::Display) -> Result<(), E> {
        if self.mode == Mode::Trust { Ok(()) } else { self.note(&number.to_string()) }
    }

    /// The name that was noted last, where it will be asked for.
    #[inline]
    pub(super) fn traced_name(&self) -> String {
        if self.mode == Mode::Trace { self.name.clone() } else { String::new() }
    }

    /// Where the names of the next object will be.
    #[inline]
    pub(super) fn begin_names(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names of an object. Two of equal hashes are taken for the same.
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

/// The error of what is refused, which nobody sees.
pub(super) fn refused<E: Error>() -> E {
    E::custom("refused")
}
