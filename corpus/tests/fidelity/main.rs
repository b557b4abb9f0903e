//! The schema says what `serde_json` writes and reads: for every type of the corpus, tried with random values, with JSON
//! made from the schema and with JSON that was spoiled.
//!
//! `KV_CORPUS_CASES` is how often each promise is tried with each type.

mod promise;

use kv_corpus::Case;
use promise::Promise;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

fn cases() -> u32 {
    std::env::var("KV_CORPUS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(96)
}

/// Tries a promise, and reports each type of which it does not hold, with the smallest example that was found.
fn holds_for_every_type(promise: Promise) {
    let broken: Vec<_> = kv_corpus::all().iter().filter_map(|case| try_with(promise, case)).collect();
    assert!(broken.is_empty(), "{} types:\n{}", broken.len(), broken.join("\n"));
}

fn try_with(promise: Promise, case: &Case) -> Option<String> {
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let tried = TestRunner::new(config)
        .run(&vec(any::<u8>(), 0..300), |bytes| promise(case, &bytes).map_err(TestCaseError::fail));
    tried.err().map(|error| format!("{}: {error}", case.name))
}

#[test]
fn what_is_written_fits_the_schema_and_is_read_as_it_was() {
    holds_for_every_type(promise::what_is_written_fits);
}

#[test]
fn what_fits_the_schema_is_read() {
    holds_for_every_type(promise::what_fits_is_read);
}

#[test]
fn what_the_schema_refuses_is_refused_and_nothing_else() {
    holds_for_every_type(promise::both_refuse_the_same);
}
