//! What who watches knows in the end, and at `Ready`. In the model a snapshot is read two entries at a time, and six removals
//! are kept.

use crate::{Count, Given, another_handle, check, count, given, n, secs, ttl};
use kv_core::{Change, Expiry, KvStore, Limits, ManualClock, TypedStore, Version, Watch};
use shuttle::thread;
use std::collections::BTreeMap;

/// What somebody knows who has watched.
#[derive(Default)]
struct Seen {
    entries: BTreeMap<String, u64>,
    is_ready: bool,
    resets: usize,
    /// The version of the last change since `Ready`.
    last_version: u64,
}

impl Seen {
    fn take(&mut self, change: &Change<Count>) {
        if let Some(version) = change.version().map(Version::get).filter(|_| self.is_ready) {
            assert!(version > self.last_version, "{change:?} comes behind {}", self.last_version);
            self.last_version = version;
        }
        match change {
            Change::Reset => {
                *self = Self { resets: self.resets + 1, ..Self::default() };
            }
            Change::Set(entry) => _ = self.entries.insert(entry.key.to_string(), entry.value.n),
            Change::Ready => self.is_ready = true,
            removed => _ = self.entries.remove(&**removed.key().expect("a removal")),
        }
    }

    /// Takes what is there.
    fn catch_up(&mut self, watch: &Watch<Count>) {
        while let Some(change) = watch.try_recv() {
            self.take(&change);
        }
    }

    /// Watches again from a version on, and takes what is there.
    fn come_back(&mut self, store: &TypedStore<Count>, version: Version) -> Watch<Count> {
        self.is_ready = false;
        let watch = store.watch_after("", version);
        self.catch_up(&watch);
        watch
    }

    fn assert_is_all_of(&self, store: &TypedStore<Count>, prefix: &str) {
        assert!(self.is_ready);
        let scan: BTreeMap<_, _> =
            store.scan(prefix).map(|(key, value)| (key.to_string(), value.n)).collect();
        assert_eq!(self.entries, scan);
    }
}

fn write_this_and_that(given: &Given<Count>) {
    let store = another_handle::<Count>(&given.kv);
    store.set("b", count(2)).unwrap();
    store.delete("c");
    store.set_many([("a", count(3)), ("e", count(3))]).unwrap();
    store.delete_prefix("e");
    store.set("c", count(4)).unwrap();
}

fn given_five(expiry: Expiry) -> Given<Count> {
    let given = given::<Count>(expiry);
    given.store.set_many(["a", "b", "c", "d", "f"].map(|key| (key, count(1)))).unwrap();
    given
}

#[test]
fn who_begins_to_watch_while_others_write_ends_with_what_is_there() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let mut watching = ["b", ""].map(|prefix| (prefix, Seen::default(), None));
        thread::scope(|scope| {
            scope.spawn(|| write_this_and_that(&given));
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                store.delete("f");
                store.set("bb", count(5)).unwrap();
            });
            scope.spawn(|| {
                for (prefix, seen, watch) in &mut watching {
                    let watch = watch.insert(given.store.watch(*prefix));
                    seen.catch_up(watch);
                }
            });
        });
        for (prefix, mut seen, watch) in watching {
            seen.catch_up(&watch.expect("it was made"));
            seen.assert_is_all_of(&given.store, prefix);
        }
    });
}

#[test]
fn who_watches_while_others_write_ends_with_what_is_there() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (all, some) = (given.store.watch(""), given.store.watch("b"));
        let (mut seen, mut seen_some) = (Seen::default(), Seen::default());
        thread::scope(|scope| {
            scope.spawn(|| write_this_and_that(&given));
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                store.delete("f");
                store.set("bb", count(5)).unwrap();
            });
            scope.spawn(|| seen.catch_up(&all));
            scope.spawn(|| seen_some.catch_up(&some));
        });
        seen.catch_up(&all);
        seen_some.catch_up(&some);
        seen.assert_is_all_of(&given.store, "");
        seen_some.assert_is_all_of(&given.store, "b");
    });
}

#[test]
fn who_is_ready_knows_what_was_there_at_one_instant() {
    check(|| {
        let given = given_five(Expiry::Manual);
        thread::scope(|scope| {
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                for number in 2..=3 {
                    // In the order of keys, and in the other.
                    store.set("a", count(number)).unwrap();
                    store.set("f", count(number)).unwrap();
                    store.set("b", count(number)).unwrap();
                }
            });
            scope.spawn(|| {
                let (watch, mut seen) = (given.store.watch(""), Seen::default());
                while !seen.is_ready {
                    seen.take(&watch.try_recv().expect("`Ready` comes"));
                }
                let [a, f, b] = ["a", "f", "b"].map(|key| seen.entries[key]);
                assert!(a >= f && f >= b && b + 1 >= a, "a {a}, then f {f}, then b {b}");
            });
        });
    });
}

#[test]
fn who_comes_back_is_told_of_all_that_was_missed() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let mut seen = Seen::default();
        let watch = given.store.watch("");
        seen.catch_up(&watch);
        let version = watch.version().expect("it is ready");
        // While somebody else watches the log of writes is kept, and else it is not.
        drop(watch);
        // What is gone and there again is on the first of two pages.
        given.store.delete("a");
        given.store.set_many(["a", "b", "c"].map(|key| (key, count(2)))).unwrap();
        let mut watch = None;
        thread::scope(|scope| {
            scope.spawn(|| write_this_and_that(&given));
            scope.spawn(|| drop(given.store.watch("a").try_recv()));
            scope.spawn(|| watch = Some(seen.come_back(&given.store, version)));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_is_all_of(&given.store, "");
    });
}

/// Of what was kept while another watched, the most is forgotten when that one goes.
#[test]
fn who_comes_back_as_another_goes_misses_no_removal() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (watch, other, mut seen) = (given.store.watch(""), given.store.watch(""), Seen::default());
        seen.catch_up(&watch);
        let version = watch.version().expect("it is ready");
        drop(watch);
        for key in ["a", "b", "c"] {
            given.store.delete(key);
        }
        let mut watch = None;
        thread::scope(|scope| {
            scope.spawn(|| drop(other));
            scope.spawn(|| watch = Some(seen.come_back(&given.store, version)));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_is_all_of(&given.store, "");
    });
}

/// What was removed meanwhile is known when reading begins, and no longer when it is read.
#[test]
fn who_comes_back_while_removals_are_forgotten_misses_none() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (watch, mut seen) = (given.store.watch(""), Seen::default());
        seen.catch_up(&watch);
        let version = watch.version().expect("it is ready");
        drop(watch);
        given.store.delete("a");
        given.store.delete("b");
        given.store.set_many(["g", "h"].map(|key| (key, count(1)))).unwrap();
        let mut watch = None;
        thread::scope(|scope| {
            // With the two before, one more than are kept.
            scope.spawn(|| assert_eq!(another_handle::<Count>(&given.kv).clear(), 5));
            scope.spawn(|| watch = Some(seen.come_back(&given.store, version)));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_is_all_of(&given.store, "");
    });
}

#[test]
fn nobody_starts_over_because_others_come_and_go() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let first = given.store.watch("");
        let (mut seen, mut watch) = (Seen::default(), None);
        thread::scope(|scope| {
            scope.spawn(|| {
                drop(first);
                drop(given.store.watch(""));
            });
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                store.set("a", count(2)).unwrap();
                store.delete("b");
                store.set("c", count(2)).unwrap();
            });
            scope.spawn(|| seen.catch_up(watch.insert(given.store.watch(""))));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_is_all_of(&given.store, "");
        assert_eq!(seen.resets, 1, "it missed nothing");
    });
}

#[test]
fn who_is_too_slow_for_the_removals_starts_over() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (watch, mut seen) = (given.store.watch(""), Seen::default());
        seen.catch_up(&watch);
        thread::scope(|scope| {
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                for number in 0..4_u64 {
                    store.set("x", count(number)).unwrap();
                    store.delete("x");
                }
            });
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                store.clear();
                store.set("y", count(1)).unwrap();
            });
            scope.spawn(|| seen.catch_up(&watch));
        });
        seen.catch_up(&watch);
        seen.assert_is_all_of(&given.store, "");
        assert!(seen.resets > 0);
    });
}

#[test]
fn who_watches_is_told_of_each_expiry_once() {
    for expiry in [Expiry::Background, Expiry::Manual] {
        check(move || {
            let given = given::<Count>(expiry);
            given.store.set_with("k", count(1), ttl(10)).unwrap();
            let watch = given.store.watch("");
            let mut changes = Vec::new();
            thread::scope(|scope| {
                scope.spawn(|| given.clock.advance(secs(10)));
                scope.spawn(|| given.kv.purge_expired());
                scope.spawn(|| another_handle::<Count>(&given.kv).set_with("k", count(2), ttl(100)).unwrap());
                scope.spawn(|| changes.extend(std::iter::from_fn(|| watch.try_recv())));
            });
            changes.extend(std::iter::from_fn(|| watch.try_recv()));
            let mut seen = Seen::default();
            for change in &changes {
                seen.take(change);
            }
            seen.assert_is_all_of(&given.store, "");
            assert_eq!(n(&given.store, "k"), Some(2));
            let expired = changes.iter().filter(|change| matches!(change, Change::Expired { .. })).count();
            assert!(expired as u64 <= given.kv.stats().expirations);
        });
    }
}

#[test]
fn as_many_watch_as_may() {
    check(|| {
        let limits = Limits::default().watchers(1);
        let kv = KvStore::builder().clock(ManualClock::new()).limits(limits).build();
        let store = another_handle::<Count>(&kv);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let watch = another_handle::<Count>(&kv).watch("");
                    assert_eq!(watch.refused().is_some(), watch.try_recv().is_none());
                    assert!(store.watch("").refused().is_some() || watch.refused().is_some());
                });
            }
        });
        assert_eq!(kv.stats().watchers, 0);
        assert!(store.watch("").refused().is_none());
    });
}
