//! Runs one property of one type many times.

use kv_corpus::Case;
use kv_corpus::promise::{Promise, PropertyResult, Tried};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::cell::Cell;

/// Returns how often each property is tried with each type.
pub(crate) fn cases() -> u32 {
    std::env::var("KV_CORPUS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(96)
}

/// The results of all runs.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) name: &'static str,
    /// The smallest counterexample that was found.
    pub(crate) broken: Option<String>,
    /// Number of runs that read JSON.
    pub(crate) read: u32,
    /// Number of runs that refused JSON.
    pub(crate) refused: u32,
}

impl Trial {
    pub(crate) fn of(promise: Promise, case: &Case, cases: u32) -> Self {
        Self::named(case.name, cases, |bytes| promise(case, bytes))
    }

    pub(crate) fn named(name: &'static str, cases: u32, promise: impl Fn(&[u8]) -> PropertyResult) -> Self {
        let (read, refused) = (Cell::new(0), Cell::new(0));
        let config =
            Config { cases, failure_persistence: None, max_shrink_iters: 10_000, ..Config::default() };
        let result = TestRunner::new(config).run(&vec(any::<u8>(), 0..400), |bytes| {
            match promise(&bytes).map_err(TestCaseError::fail)? {
                Tried::Nothing => {}
                Tried::Read => read.set(read.get() + 1),
                Tried::Refused => refused.set(refused.get() + 1),
            }
            Ok(())
        });
        let broken = result.err().map(|error| format!("{name}: {error}"));
        Self { name, broken, read: read.get(), refused: refused.get() }
    }
}
