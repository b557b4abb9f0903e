//! Who applies what a watch tells has, at `Ready`, what the store had at one instant, and misses nothing from then on.

use crate::watch::Receiver;
use crate::{Note, given_notes, note};
use kv_core::{Change, TypedStore, Version, Watch};
use std::collections::BTreeMap;

/// Hands out changes up to one that is about a key.
fn apply_up_to(receiver: &mut Receiver, watch: &Watch<Note>, key: &str) {
    while let Some(change) = watch.try_recv() {
        let is_there = change.key().is_some_and(|there| &**there == key);
        receiver.apply(change);
        if is_there {
            return;
        }
    }
    panic!("nothing was told of {key}");
}

/// A watch from where a receiver is, after it saw 300 entries and they were overwritten while nobody watched.
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
fn a_removal_while_someone_comes_back_is_told_of() {
    let notes = given_notes();
    let (mut receiver, watch) = given_a_return(&notes, "k290");
    apply_up_to(&mut receiver, &watch, "k000");
    // It is in a part that is still to be read, and the receiver has it from before.
    notes.delete("k290");
    receiver.catch_up(&watch);
    assert_eq!(receiver.resets, 1, "nothing was forgotten");
    assert!(!receiver.entries.contains_key("k290"), "it is gone");
    receiver.agrees_with(&notes, "k");
}

#[test]
fn what_comes_back_at_once_while_someone_comes_back_is_told_of_as_it_is() {
    let notes = given_notes();
    let (mut receiver, watch) = given_a_return(&notes, "k290");
    apply_up_to(&mut receiver, &watch, "k000");
    notes.delete("k290");
    notes.set("k290", note("back")).unwrap();
    notes.delete("k001");
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "k");
}

/// All states that a store has had.
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
fn what_is_known_at_ready_was_there_at_one_instant() {
    let notes = given_notes();
    for n in 0..300 {
        notes.set(format!("k{n:03}"), note("old")).unwrap();
    }
    let mut history = History { notes: &notes, states: Vec::new() };
    let (watch, mut receiver) = (notes.watch("k"), Receiver::default());
    apply_up_to(&mut receiver, &watch, "k000");
    // The first page is known, and the second one will show the later of these.
    history.set("k000", "new");
    history.set("k290", "new");
    apply_up_to(&mut receiver, &watch, "k290");
    // More than are told of at a time, then what is missing, once more.
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
fn what_is_known_at_ready_after_coming_back_was_there_at_one_instant() {
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
    // The last one is not told of yet, and moves on behind others.
    for n in 0..100 {
        history.set(&format!("x{n:02}"), "1");
    }
    history.set("k99", "2");
    while !receiver.is_ready {
        receiver.apply(watch.try_recv().unwrap());
    }
    let (moved, behind) = (receiver.entries.get("k99"), receiver.entries.get("x00"));
    assert!(history.states.contains(&receiver.entries), "k99 is {moved:?}, x00 {behind:?}");
    assert!(watch.try_recv().is_some_and(|change| matches!(change, Change::Set(_))));
}
