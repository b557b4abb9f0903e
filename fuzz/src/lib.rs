//! Properties of the store as functions of random bytes, each of which panics where its property does not hold.
//!
//! Bytes come from three places. libFuzzer makes them, led by the branches that they reach (`libfuzzer/`, a workspace of
//! its own; `scripts/fuzz`). The best of them are kept in `corpus/<target>`, and every test run tries those. And a file that
//! failed is tried again by `cargo run -p kv-fuzz -- <target> <file>`.
//!
//! In reading order: `keys`, `hosts`, `templates`, `ttls` and `patterns` have the grammars, each next to a naive reader
//! written from its description; `any` has values without a schema and `batch` the frames of batches over HTTP, both
//! with a naive reader of JSON; `json` has the types of the corpus, with the interpreter of their schemas; `store` has
//! sequences of operations, with sorted maps.

#![allow(clippy::expect_used, clippy::panic, reason = "a property that does not hold is a panic")]

mod any;
mod batch;
mod hosts;
mod json;
mod keys;
mod patterns;
mod store;
mod templates;
mod ttls;

use arbitrary::{Arbitrary, Unstructured};
use std::fmt;

/// A property that is tried with random bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which its folder in `corpus` has too.
    pub name: &'static str,
    /// What holds of all bytes.
    pub property: &'static str,
    /// How many bytes are enough for anything.
    pub most_bytes: usize,
    /// How much of the time it gets, beside the others.
    pub share: u32,
    run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target {
        name: "store",
        property: "operations on the store answer as on sorted maps with deadlines, and watches end with what is there",
        most_bytes: 4096,
        share: 5,
        run: |bytes| with(bytes, |input: store::Input| store::run(&input)),
    },
    Target {
        name: "json",
        property: "serde_json reads and writes what the schema says, values are read as they were written",
        most_bytes: 2048,
        share: 4,
        run: json::run,
    },
    Target {
        name: "any",
        property: "a value without a schema is read if its JSON says one thing, and is refused otherwise",
        most_bytes: 512,
        share: 2,
        run: |bytes| as_text(bytes, any::run),
    },
    Target {
        name: "batch",
        property: "a batch over HTTP does what a naive reader of its frame does, and keeps within its bytes",
        most_bytes: 2048,
        share: 2,
        run: batch::run,
    },
    Target {
        name: "templates",
        property: "a template comes apart as it was written, a key into the parts that it was made of",
        most_bytes: 1024,
        share: 2,
        run: |bytes| with(bytes, |input: templates::Input<'_>| templates::run(&input)),
    },
    Target {
        name: "patterns",
        property: "what is a pattern is one to the engine, and matches what a backtracking matcher does",
        most_bytes: 256,
        share: 2,
        run: |bytes| with(bytes, |(pattern, text)| patterns::run(pattern, text)),
    },
    Target {
        name: "hosts",
        property: "a host names one tenant, whose name names it again",
        most_bytes: 512,
        share: 1,
        run: |bytes| as_text(bytes, hosts::run),
    },
    Target {
        name: "keys",
        property: "a text is a key by its grammar, and nothing else is",
        most_bytes: 1024,
        share: 1,
        run: |bytes| as_text(bytes, keys::run),
    },
    Target {
        name: "ttls",
        property: "a text is a time to live by its grammar, and lasts as long as it says",
        most_bytes: 64,
        share: 1,
        run: |bytes| as_text(bytes, ttls::run),
    },
];

impl Target {
    /// The target of a name.
    pub fn named(name: &str) -> Option<Self> {
        TARGETS.into_iter().find(|target| target.name == name)
    }

    /// Tries the property with some bytes.
    ///
    /// # Panics
    ///
    /// Where it does not hold.
    pub fn run(&self, bytes: &[u8]) {
        (self.run)(bytes);
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.name)
    }
}

fn as_text(bytes: &[u8], run: fn(&str)) {
    if let Ok(text) = str::from_utf8(bytes) {
        run(text);
    }
}

fn with<'a, T: Arbitrary<'a>>(bytes: &'a [u8], run: impl FnOnce(T)) {
    if let Ok(input) = T::arbitrary_take_rest(Unstructured::new(bytes)) {
        run(input);
    }
}
