//! The store under many threads, by recorded histories.
//!
//! Threads run random scripts on one store; each call is recorded from when it was made to when it returned, and what those
//! who watch were told. A history is right when some order explains all answers ([`checker`]) and all that was told ([`stream`]).
//! That the judge bites is proven on a small store with one fault at a time, and on streams with one change at a time.
//!
//! `KV_HISTORIES=10000` judges so many histories of the real store; 4,000 otherwise. `KV_HISTORIES_SEED=7` runs the script of
//! that seed alone, as often.

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
use judge::{Driven, judge};
use record::Script;
use small::Fault;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn every_history_of_the_store_is_explained_by_an_order() {
    let runs = number("KV_HISTORIES").unwrap_or(4_000);
    let seed = number("KV_HISTORIES_SEED");
    let (mut contended, mut calls, mut streams) = (0, 0, 0);
    for run in 0..runs {
        let script = Script::of(seed.unwrap_or(run));
        let recording = Driven::Real.record(&script);
        contended += u64::from(is_contended(&recording.calls));
        calls += recording.calls.len();
        streams += recording.streams.len();
        if let Err(wrong) = judge(&recording, script.kind) {
            panic!("{}", Driven::Real.report(&script, recording, wrong).show(&script, Driven::Real));
        }
    }
    eprintln!("{runs} histories of {calls} calls and {streams} streams; in {contended} of them calls met");
    assert!(seed.is_some() || contended * 2 > runs, "in {contended} of {runs} alone did calls meet");
}

#[test]
fn a_small_store_without_a_fault_is_right() {
    for seed in 0..300 {
        let script = Script::of(seed);
        let store = Driven::Small(None);
        let recording = store.record(&script);
        if let Err(wrong) = judge(&recording, script.kind) {
            panic!("{}", store.report(&script, recording, wrong).show(&script, store));
        }
    }
}

/// After how many histories a fault was found, and the calls of the shortest that shows it.
fn found(fault: Fault) -> Option<(u64, usize)> {
    let store = Driven::Small(Some(fault));
    (0..4000).find_map(|seed| {
        let script = Script::of(seed);
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

fn each_is_found(faults: &[Fault]) {
    let mut missed = Vec::new();
    for fault in faults {
        match found(*fault) {
            Some((runs, calls)) => eprintln!("{fault:?}: in history {runs}, shown by {calls} calls"),
            None => missed.push(*fault),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn a_store_with_any_fault_is_found_out() {
    each_is_found(&Fault::OF_STORE);
}

#[test]
fn a_watch_with_any_fault_is_found_out() {
    each_is_found(&Fault::OF_WATCH);
}

#[test]
fn a_stream_of_the_store_with_any_change_is_found_out() {
    // Some changes need a stream of a kind that few histories have, and how many do is the machine's business.
    const ENOUGH: usize = 5;
    let mut tried = [0_usize; mutate::Mutation::ALL.len()];
    for seed in 0..20_000 {
        if tried.iter().all(|tried| *tried >= ENOUGH) {
            break;
        }
        let script = Script::of(seed);
        let recording = Driven::Real.record(&script);
        for (nth, mutation) in mutate::Mutation::ALL.into_iter().enumerate() {
            let Some(mutant) = mutation.apply(&recording) else { continue };
            tried[nth] += 1;
            let found = judge(&mutant, script.kind).is_err();
            assert!(found, "{mutation:?} was not found in\n{}", stream::show(&mutant.streams[0]));
        }
    }
    eprintln!("{:?}: {tried:?} streams each", mutate::Mutation::ALL);
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

fn is_right(calls: &[Call]) -> bool {
    checker::check(calls, Kind::Plain).is_ok()
}

#[test]
fn what_overlaps_may_happen_in_any_order_and_what_does_not_may_not() {
    let write = set((0, 5), (0, 0), "a", 1, Life::Never, 10);
    assert!(is_right(&[write.clone(), get((1, 2), (0, 0), "a", None), get((3, 4), (0, 0), "a", Some(1))]));
    assert!(!is_right(&[write.clone(), get((1, 2), (0, 0), "a", Some(1)), get((3, 4), (0, 0), "a", None)]));
    assert!(!is_right(&[write, get((6, 7), (0, 0), "a", None)]));
}

#[test]
fn an_entry_expires_where_its_deadline_may_be_crossed_and_stays_gone() {
    let write = set((0, 1), (0, 1), "a", 1, Life::Ticks(2), 10);
    let at = |times, tick, by| get(times, (tick, tick), "a", by);
    assert!(is_right(&[write.clone(), at((2, 3), 2, None)]), "counted from tick 0");
    assert!(is_right(&[write.clone(), at((2, 3), 2, Some(1))]), "counted from tick 1");
    assert!(!is_right(&[write.clone(), at((2, 3), 3, Some(1))]));
    assert!(!is_right(&[write.clone(), at((2, 3), 1, None)]));
    let wide = get((4, 5), (1, 3), "a", Some(1));
    assert!(is_right(&[write.clone(), wide.clone()]));
    assert!(!is_right(&[write, at((2, 3), 2, None), wide]), "it was seen to be gone");
}

#[test]
fn versions_rise_across_keys() {
    let never = Life::Never;
    let first = set((0, 1), (0, 0), "a", 1, never, 10);
    assert!(is_right(&[first.clone(), set((2, 3), (0, 0), "b", 2, never, 11)]));
    assert!(!is_right(&[first.clone(), set((2, 3), (0, 0), "b", 2, never, 10)]));
    assert!(!is_right(&[first, set((2, 3), (0, 0), "b", 2, never, 9)]));
}
