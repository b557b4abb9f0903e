//! The schema says what `serde_json` writes and reads: for every type of the corpus, tried with random values, with JSON
//! made from the schema and with JSON that was spoiled.
//!
//! And kv-core's codecs read what it writes and reads, but for what they are strict about.
//!
//! `KV_CORPUS_CASES` is how often each promise is tried with each type.

mod asymmetric;
mod bite;
mod coverage;
mod defaults;
mod documents;
mod probe;
mod strict;
mod trial;

use kv_core::schema::wire;
use kv_corpus::promise::{self, Promise};
use trial::{Trial, cases};

/// Tries a promise with every type, and reports each of which it does not hold with the smallest example found.
fn holds_for_every_type(promise: Promise) -> Vec<Trial> {
    let trials: Vec<_> = kv_corpus::all().iter().map(|case| Trial::of(promise, case, cases())).collect();
    let broken: Vec<_> = trials.iter().filter_map(|trial| trial.broken.as_deref()).collect();
    assert!(broken.is_empty(), "{} types:\n{}", broken.len(), broken.join("\n"));
    trials
}

/// Of few random bytes not every value can be made, but of most.
fn assert_tried(trial: &Trial, enough: bool) {
    assert!(enough, "{} was hardly tried: {trial:?}", trial.name);
}

#[test]
fn what_is_written_fits_the_schema_and_is_read_as_it_was() {
    for trial in holds_for_every_type(promise::what_is_written_fits) {
        assert_tried(&trial, trial.read * 4 >= cases());
    }
}

#[test]
fn no_type_of_the_corpus_is_refused_by_a_catalog() {
    let mut found = Vec::new();
    for case in kv_corpus::all() {
        found.extend(wire::faults(case.schema).iter().map(|fault| format!("{}: {fault}", case.name)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_fits_the_schema_is_read() {
    for trial in holds_for_every_type(promise::what_fits_is_read) {
        assert_tried(&trial, trial.read * 2 >= cases());
    }
}

#[test]
fn what_the_schema_refuses_is_refused_and_nothing_else() {
    for trial in holds_for_every_type(promise::both_refuse_the_same) {
        assert_tried(&trial, (trial.read + trial.refused) * 2 >= cases());
    }
}
