//! At `Ready`, a receiver has the entries of one instant, and it misses no later change.

use crate::watch::{Receiver, received};
use crate::{Note, given_a_tenant, given_notes, note, secs};
use kv_core::{SetOptions, TypedStore, Version, Watch};
use std::collections::BTreeMap;

/// Receives changes up to one of a key.
fn apply_up_to(receiver: &mut Receiver, watch: &Watch<Note>, key: &str) {
    while let Some(change) = watch.try_recv() {
        let is_there = change.key().is_some_and(|there| &**there == key);
        receiver.apply(change);
        if is_there {
            return;
        }
    }
    panic!("no change of {key}");
}

/// Creates a receiver of 300 entries, which were overwritten without a watcher, and a watch that
/// resumes it.
fn given_a_return(notes: &TypedStore<Note>, kept: &str) -> (Receiver, Watch<Note>) {
    for n in 0..300 {
        notes.set(format!("k{n:03}"), note("old")).unwrap();
    }
    let mut receiver = Receiver::default();
    let watch = notes.watch("k");
    receiver.catch_up(&watch);
    let seen = watch.version().unwrap();
    drop(watch);
    for key in (0..300).map(|n| format!("k{n:03}")).filter(|key| key != kept) {
        notes.set(key, note("new")).unwrap();
    }
    receiver.is_ready = false;
    (receiver, notes.watch_after("k", seen))
}

#[test]
fn removal_during_a_resume_is_returned() {
    let notes = given_notes();
    let (mut receiver, watch) = given_a_return(&notes, "k290");
    apply_up_to(&mut receiver, &watch, "k000");
    // The key is on a page that is still to be read, and the receiver has it from before.
    notes.delete("k290");
    receiver.catch_up(&watch);
    assert_eq!(receiver.resets, 1, "the watch was not reset again");
    assert!(!receiver.entries.contains_key("k290"), "it is gone");
    receiver.agrees_with(&notes, "k");
}

#[test]
fn entry_recreated_during_a_resume_is_returned_as_it_is() {
    let notes = given_notes();
    let (mut receiver, watch) = given_a_return(&notes, "k290");
    apply_up_to(&mut receiver, &watch, "k000");
    notes.delete("k290");
    notes.set("k290", note("back")).unwrap();
    notes.delete("k001");
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "k");
}

/// The history of the states of a store.
struct History<'s> {
    notes: &'s TypedStore<Note>,
    states: Vec<BTreeMap<String, (Version, String)>>,
}

impl History<'_> {
    fn set(&mut self, key: &str, text: &str) {
        self.notes.set(key, note(text)).unwrap();
        let entries = self.notes.scan("").entries();
        self.states.push(entries.map(|e| (e.key.to_string(), (e.version, e.value.text.clone()))).collect());
    }
}

#[test]
fn ready_follows_the_entries_of_one_instant() {
    let notes = given_notes();
    for n in 0..300 {
        notes.set(format!("k{n:03}"), note("old")).unwrap();
    }
    let mut history = History { notes: &notes, states: Vec::new() };
    let (watch, mut receiver) = (notes.watch("k"), Receiver::default());
    apply_up_to(&mut receiver, &watch, "k000");
    // The first page has been received. The second page will contain the later of these writes.
    history.set("k000", "new");
    history.set("k290", "new");
    apply_up_to(&mut receiver, &watch, "k290");
    // More changes than one read returns, then the missing one again.
    for n in 0..100 {
        history.set(&format!("kx{n:02}"), "1");
    }
    history.set("k000", "newer");
    while !receiver.is_ready {
        receiver.apply(watch.try_recv().unwrap());
    }
    assert!(
        history.states.contains(&receiver.entries),
        "k000 is {:?}, k290 {:?}",
        receiver.entries["k000"],
        receiver.entries["k290"]
    );
}

#[test]
fn ready_after_a_resume_follows_the_entries_of_one_instant() {
    let notes = given_notes();
    let (keeper, mut receiver) = (notes.watch(""), Receiver::default());
    receiver.catch_up(&keeper);
    let seen = keeper.version().unwrap();
    let mut history = History { notes: &notes, states: Vec::new() };
    for n in 0..100 {
        history.set(&format!("k{n:02}"), "1");
    }
    let watch = notes.watch_after("", seen);
    receiver.is_ready = false;
    receiver.apply(watch.try_recv().unwrap());
    // The last change has not been received, and its key is written again after others.
    for n in 0..100 {
        history.set(&format!("x{n:02}"), "1");
    }
    history.set("k99", "2");
    while !receiver.is_ready {
        receiver.apply(watch.try_recv().unwrap());
    }
    let (moved, inserted) = (receiver.entries.get("k99"), receiver.entries.get("x00"));
    assert!(history.states.contains(&receiver.entries), "k99 is {moved:?}, x00 {inserted:?}");
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "");
}

/// Resumes a watch after a version, and receives all changes.
fn received_after(notes: &TypedStore<Note>, version: Version) -> Vec<String> {
    received(&notes.watch_after("", version))
}

/// Writes and removes keys, and returns the versions of their removals.
fn come_and_go(notes: &TypedStore<Note>, keys: impl Iterator<Item = u32>) -> Vec<Version> {
    let go = |key: u32| {
        let set = notes.set(format!("{key:04}"), note("1")).unwrap();
        notes.delete(format!("{key:04}"));
        (set.get() + 1).to_string().parse().unwrap()
    };
    keys.map(go).collect()
}

#[test]
fn resume_returns_many_removals_and_no_unchanged_entry() {
    let notes = given_notes();
    notes.set("stays", note("1")).unwrap();
    let seen = notes.set("later", note("1")).unwrap();
    come_and_go(&notes, 0..200);
    notes.set("later", note("2")).unwrap();
    let mut expected: Vec<_> = (0..200).map(|n| format!("-{n:04}")).collect();
    expected.extend(["later=2".to_owned(), "ready".to_owned()]);
    assert_eq!(received_after(&notes, seen), expected);
}

#[test]
fn number_of_removals_kept_is_bounded() {
    let notes = given_notes();
    let before = notes.set("stays", note("1")).unwrap();
    let removed = come_and_go(&notes, 0..513);
    assert_eq!(received_after(&notes, before)[0], "reset");
    let (last_forgotten, first_kept) = (removed[0], removed[1]);
    let just_before: Version = (last_forgotten.get() - 1).to_string().parse().unwrap();
    assert_eq!(received_after(&notes, just_before)[0], "reset");
    assert_eq!(received_after(&notes, last_forgotten).len(), 513, "512 removals, and `ready`");
    assert_eq!(received_after(&notes, first_kept).len(), 512);

    let watch = notes.watch("");
    let before = notes.set("stays", note("2")).unwrap();
    come_and_go(&notes, 0..600);
    assert_eq!(received_after(&notes, before).len(), 601, "more removals are kept while a watcher exists");
    drop(watch);
    assert_eq!(
        received_after(&notes, before)[0],
        "reset",
        "fewer removals are kept after the watcher is gone"
    );
}

#[test]
fn cleared_entries_are_returned_one_by_one_or_by_a_reset() {
    for (count, one_by_one) in [(512, true), (513, false)] {
        let notes = given_notes();
        notes.set_many((0..count).map(|n| (format!("{n:04}"), note("1")))).unwrap();
        let seen = notes.get_entry(format!("{:04}", count - 1)).unwrap().version;
        assert_eq!(notes.clear(), count);
        let next = notes.set("next", note("1")).unwrap();
        assert_eq!(next.get(), seen.get() + count as u64 + 1, "each removal takes a version");
        let received = received_after(&notes, seen);
        if one_by_one {
            assert_eq!(received.len(), count + 2);
        } else {
            assert_eq!(received, ["reset", "next=1", "ready"]);
        }
    }
}

#[test]
fn clearing_more_entries_than_removals_are_kept_resets_the_watch() {
    let notes = given_notes();
    notes.set_many((0..65_537).map(|n| (n.to_string(), note("1")))).unwrap();
    let watch = notes.watch("1");
    let mut receiver = Receiver::default();
    receiver.catch_up(&watch);
    notes.clear();
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "1");
    assert_eq!(receiver.resets, 2);
    notes.set("1", note("2")).unwrap();
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "1");
}

#[test]
fn resume_with_one_change_is_ready_after_it() {
    let notes = given_notes();
    let _keeper = notes.watch("");
    let seen = notes.set("a", note("1")).unwrap();
    notes.set("a", note("2")).unwrap();
    assert_eq!(received_after(&notes, seen), ["a=2", "ready"]);
}

#[test]
fn entry_that_expired_before_clear_is_returned_as_expired() {
    let (clock, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    for n in 0..600 {
        let options = if n < 10 { SetOptions::new().ttl(secs(1)) } else { SetOptions::new() };
        notes.set_with(n.to_string(), note("1"), options).unwrap();
    }
    clock.advance(secs(1));
    assert_eq!((notes.clear(), notes.stats().expirations), (590, 10));
}

#[test]
fn resume_without_other_watchers_returns_the_next_change() {
    let notes = given_notes();
    let seen = notes.set("a", note("1")).unwrap();
    notes.set("b", note("1")).unwrap();
    assert_eq!(received_after(&notes, seen), ["b=1", "ready"]);
}
