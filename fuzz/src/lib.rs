//! Properties of the store as functions of bytes. A property that does not hold panics.
//!
//! The bytes come from three sources. libFuzzer generates them, guided by the branches that they
//! reach (`libfuzzer/`, a workspace of its own; `scripts/fuzz`). The best inputs are kept in
//! `corpus/<target>`, and every test run replays them. `cargo run -p kv-fuzz -- <target> <file>`
//! repeats an input that failed.
//!
//! In reading order: `keys`, `hosts`, `templates`, `ttls` and `patterns` compare grammars with
//! naive readers written from their descriptions; `any` compares values without a schema, and
//! `batch` the frames of batches over HTTP, with naive readers of JSON; `json` compares the types
//! of the corpus with an interpreter of their schemas; `store` compares operations with sorted
//! maps.

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

/// A property of bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// Name of the target, and of its folder in `corpus`.
    pub name: &'static str,
    /// The property, which holds for all bytes.
    pub property: &'static str,
    /// Maximum length of inputs that libFuzzer generates.
    pub most_bytes: usize,
    /// Share of the fuzzing time, relative to other targets.
    pub share: u32,
    run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 9] = [
    Target {
        name: "store",
        property: "operations on the store have the results of a sorted map with deadlines, and watchers end with its entries",
        most_bytes: 4096,
        share: 5,
        run: |bytes| with(bytes, |input: store::Input| store::run(&input)),
    },
    Target {
        name: "json",
        property: "serde_json reads and writes what the schema describes, and reads values as they were written",
        most_bytes: 2048,
        share: 4,
        run: json::run,
    },
    Target {
        name: "any",
        property: "a value without a schema is read if its JSON is unambiguous, and is refused otherwise",
        most_bytes: 512,
        share: 2,
        run: |bytes| as_text(bytes, any::run),
    },
    Target {
        name: "batch",
        property: "a batch over HTTP has the results of a naive reader of its frame, and stays within its limit of bytes",
        most_bytes: 2048,
        share: 2,
        run: batch::run,
    },
    Target {
        name: "templates",
        property: "a template is parsed into its pieces, and a key is split into the parts it was made from",
        most_bytes: 1024,
        share: 2,
        run: |bytes| with(bytes, |input: templates::Input<'_>| templates::run(&input)),
    },
    Target {
        name: "patterns",
        property: "the regex engine accepts every pattern, and matches the same texts as a naive matcher",
        most_bytes: 256,
        share: 2,
        run: |bytes| with(bytes, |(pattern, text)| patterns::run(pattern, text)),
    },
    Target {
        name: "hosts",
        property: "a host is normalized to a name that is normalized to itself",
        most_bytes: 512,
        share: 1,
        run: |bytes| as_text(bytes, hosts::run),
    },
    Target {
        name: "keys",
        property: "exactly the texts of the grammar are keys",
        most_bytes: 1024,
        share: 1,
        run: |bytes| as_text(bytes, keys::run),
    },
    Target {
        name: "ttls",
        property: "exactly the texts of the grammar are TTLs, with the right duration",
        most_bytes: 64,
        share: 1,
        run: |bytes| as_text(bytes, ttls::run),
    },
];

impl Target {
    /// Returns the target with a name.
    pub fn named(name: &str) -> Option<Self> {
        TARGETS.into_iter().find(|target| target.name == name)
    }

    /// Checks the property for some bytes.
    ///
    /// # Panics
    ///
    /// Panics if the property does not hold.
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
