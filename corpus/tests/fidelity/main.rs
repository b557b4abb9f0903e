//! The schema describes what `serde_json` writes and reads, for every type of the corpus: tested
//! with random values, with JSON generated from the schema and with mutated JSON.
//!
//! kv-core's codecs read the same JSON, except for odd forms that they refuse.
//!
//! `KV_CORPUS_CASES` sets how often each property is tried with each type.

mod asymmetric;
mod coverage;
mod defaults;
mod documents;
mod probe;
mod strict;
mod trial;
mod wrong_schemas;

use kv_core::schema::wire;
use kv_corpus::promise::{self, Promise};
use trial::{Trial, cases};

/// Checks a property of every type. Fails with the smallest counterexample of each type.
fn holds_for_every_type(promise: Promise) -> Vec<Trial> {
    let trials: Vec<_> = kv_corpus::all().iter().map(|case| Trial::of(promise, case, cases())).collect();
    let broken: Vec<_> = trials.iter().filter_map(|trial| trial.broken.as_deref()).collect();
    assert!(broken.is_empty(), "{} types:\n{}", broken.len(), broken.join("\n"));
    trials
}

/// Most random bytes must result in a check; some are too few for a value.
fn assert_tried(trial: &Trial, enough: bool) {
    assert!(enough, "{} was rarely tried: {trial:?}", trial.name);
}

#[test]
fn written_json_fits_the_schema_and_is_read_as_the_same_value() {
    for trial in holds_for_every_type(promise::written_json_fits) {
        assert_tried(&trial, trial.read * 4 >= cases());
    }
}

#[test]
fn every_schema_of_the_corpus_is_free_of_wire_faults() {
    let mut found = Vec::new();
    for case in kv_corpus::all() {
        found.extend(wire::faults(case.schema).iter().map(|fault| format!("{}: {fault}", case.name)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn json_generated_from_the_schema_is_read() {
    for trial in holds_for_every_type(promise::fitting_json_is_read) {
        assert_tried(&trial, trial.read * 2 >= cases());
    }
}

#[test]
fn serde_refuses_exactly_what_the_schema_refuses() {
    for trial in holds_for_every_type(promise::serde_agrees_on_mutations) {
        assert_tried(&trial, (trial.read + trial.refused) * 2 >= cases());
    }
}
