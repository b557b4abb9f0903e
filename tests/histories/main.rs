//! Checks recorded histories of a store that many threads use.
//!
//! Threads run random scripts on one store. Each call is recorded with its result and the times of
//! call and return, and each watcher records the changes that it receives. A history is correct if
//! one order of the calls explains all results ([`checker`]) and all received changes ([`stream`]).
//! Two tests show that the checks reject wrong histories: one runs a small store with one fault at
//! a time, the other edits recorded streams with one mutation at a time.
//!
//! `KV_HISTORIES=10000` sets the number of histories of the real store (4,000 by default).
//! `KV_HISTORIES_SEED=7` runs only the script of that seed, the same number of times.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests state their promise in their names"
)]

mod checker;
mod history;
mod judge;
mod model;
mod mutate;
mod pause;
mod record;
mod small;
mod small_watch;
mod store;
mod stream;

use history::{Call, Key, Kind, Life, Op, Outcome, Value, is_contended};
use judge::{Subject, judge};
use record::Script;
use small::Fault;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn every_history_of_the_store_is_explained_by_one_order() {
    let runs = number("KV_HISTORIES").unwrap_or(4_000);
    let seed = number("KV_HISTORIES_SEED");
    let (mut contended, mut calls, mut streams) = (0, 0, 0);
    for run in 0..runs {
        let script = Script::from_seed(seed.unwrap_or(run));
        let recording = Subject::Real.record(&script);
        contended += u64::from(is_contended(&recording.calls));
        calls += recording.calls.len();
        streams += recording.streams.len();
        if let Err(wrong) = judge(&recording, script.kind) {
            panic!("{}", Subject::Real.report(&script, recording, wrong).show(&script, Subject::Real));
        }
    }
    eprintln!(
        "{runs} histories with {calls} calls and {streams} streams; in {contended} of them calls contended"
    );
    assert!(
        seed.is_some() || contended * 2 > runs,
        "calls contended in only {contended} of {runs} histories"
    );
}

#[test]
fn small_store_without_a_fault_is_accepted() {
    for seed in 0..300 {
        let script = Script::from_seed(seed);
        let store = Subject::SmallStore(None);
        let recording = store.record(&script);
        if let Err(wrong) = judge(&recording, script.kind) {
            panic!("{}", store.report(&script, recording, wrong).show(&script, store));
        }
    }
}

/// Returns the number of histories until a fault was found, and the number of calls in the shortest
/// counterexample.
fn find(fault: Fault) -> Option<(u64, usize)> {
    let store = Subject::SmallStore(Some(fault));
    (0..4000).find_map(|seed| {
        let script = Script::from_seed(seed);
        let recording = store.record(&script);
        let wrong = judge(&recording, script.kind).err()?;
        let report = store.report(&script, recording, wrong);
        assert!(judge(&report.recording, script.kind).is_err());
        if std::env::var_os("KV_HISTORIES_SHOW").is_some() {
            eprintln!("{}\n", report.show(&script, store));
        }
        Some((seed + 1, report.recording.calls.len()))
    })
}

fn assert_found(faults: &[Fault]) {
    let mut missed = Vec::new();
    for fault in faults {
        match find(*fault) {
            Some((runs, calls)) => eprintln!("{fault:?}: found in history {runs}, shown by {calls} calls"),
            None => missed.push(*fault),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn store_with_any_fault_is_rejected() {
    assert_found(&Fault::OF_STORE);
}

#[test]
fn watch_with_any_fault_is_rejected() {
    assert_found(&Fault::OF_WATCH);
}

#[test]
fn stream_of_the_store_with_any_mutation_is_rejected() {
    // Some mutations need a kind of stream that few histories have; how many have it depends on the
    // machine.
    const ENOUGH: usize = 5;
    let mut tried = [0_usize; mutate::Mutation::ALL.len()];
    for seed in 0..20_000 {
        if tried.iter().all(|tried| *tried >= ENOUGH) {
            break;
        }
        let script = Script::from_seed(seed);
        let recording = Subject::Real.record(&script);
        for (nth, mutation) in mutate::Mutation::ALL.into_iter().enumerate() {
            let Some(mutant) = mutation.apply(&recording) else { continue };
            tried[nth] += 1;
            let found = judge(&mutant, script.kind).is_err();
            assert!(found, "{mutation:?} was not found in\n{}", stream::show(&mutant.streams[0]));
        }
    }
    eprintln!("{:?}: tried on {tried:?} streams", mutate::Mutation::ALL);
    assert!(tried.iter().all(|tried| *tried >= ENOUGH), "{tried:?}");
}

fn call(times: (u64, u64), clock: (u64, u64), op: Op, outcome: Outcome) -> Call {
    Call { thread: 0, called: times.0, returned: times.1, clock, op, outcome }
}

fn set(times: (u64, u64), clock: (u64, u64), key: Key, by: u32, life: Life, version: u64) -> Call {
    let value = Value { by, count: 0 };
    call(
        times,
        clock,
        Op::Set { key, value, life, on: history::If::Anything },
        Outcome::Versions(vec![version]),
    )
}

fn get(times: (u64, u64), clock: (u64, u64), key: Key, by: Option<u32>) -> Call {
    call(times, clock, Op::Get(key), Outcome::Values(vec![by.map(|by| Value { by, count: 0 })]))
}

fn is_accepted(calls: &[Call]) -> bool {
    checker::check(calls, Kind::Plain).is_ok()
}

#[test]
fn only_overlapping_calls_may_be_reordered() {
    let write = set((0, 5), (0, 0), "a", 1, Life::Never, 10);
    assert!(is_accepted(&[write.clone(), get((1, 2), (0, 0), "a", None), get((3, 4), (0, 0), "a", Some(1))]));
    assert!(!is_accepted(&[
        write.clone(),
        get((1, 2), (0, 0), "a", Some(1)),
        get((3, 4), (0, 0), "a", None)
    ]));
    assert!(!is_accepted(&[write, get((6, 7), (0, 0), "a", None)]));
}

#[test]
fn entry_expires_once_its_deadline_may_have_passed_and_stays_absent() {
    let write = set((0, 1), (0, 1), "a", 1, Life::Ticks(2), 10);
    let at = |times, tick, by| get(times, (tick, tick), "a", by);
    assert!(is_accepted(&[write.clone(), at((2, 3), 2, None)]), "the TTL may count from tick 0");
    assert!(is_accepted(&[write.clone(), at((2, 3), 2, Some(1))]), "the TTL may count from tick 1");
    assert!(!is_accepted(&[write.clone(), at((2, 3), 3, Some(1))]));
    assert!(!is_accepted(&[write.clone(), at((2, 3), 1, None)]));
    let wide = get((4, 5), (1, 3), "a", Some(1));
    assert!(is_accepted(&[write.clone(), wide.clone()]));
    assert!(!is_accepted(&[write, at((2, 3), 2, None), wide]), "an earlier call saw the entry as expired");
}

#[test]
fn versions_rise_across_keys() {
    let never = Life::Never;
    let first = set((0, 1), (0, 0), "a", 1, never, 10);
    assert!(is_accepted(&[first.clone(), set((2, 3), (0, 0), "b", 2, never, 11)]));
    assert!(!is_accepted(&[first.clone(), set((2, 3), (0, 0), "b", 2, never, 10)]));
    assert!(!is_accepted(&[first, set((2, 3), (0, 0), "b", 2, never, 9)]));
}
