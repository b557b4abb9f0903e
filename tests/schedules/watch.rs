//! State of watchers at `Ready` and at the end. Under the model checker a page of a snapshot has
//! two entries and the change log keeps six removals.

use crate::{Count, Given, another_handle, check, count, given, n, secs, ttl};
use kv_core::{Change, Expiry, KvStore, Limits, ManualClock, TypedStore, Version, Watch};
use shuttle::thread;
use std::collections::BTreeMap;

/// The entries as a watcher knows them.
#[derive(Default)]
struct Replica {
    entries: BTreeMap<String, u64>,
    is_ready: bool,
    resets: usize,
    /// The version of the last change since `Ready`.
    last_version: u64,
}

impl Replica {
    fn apply(&mut self, change: &Change<Count>) {
        if let Some(version) = change.version().map(Version::get).filter(|_| self.is_ready) {
            assert!(version > self.last_version, "{change:?} follows version {}", self.last_version);
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

    /// Applies all changes that can be received without waiting.
    fn catch_up(&mut self, watch: &Watch<Count>) {
        while let Some(change) = watch.try_recv() {
            self.apply(&change);
        }
    }

    /// Resumes watching after a version, and applies all changes that can be received without
    /// waiting.
    fn resume(&mut self, store: &TypedStore<Count>, version: Version) -> Watch<Count> {
        self.is_ready = false;
        let watch = store.watch_after("", version);
        self.catch_up(&watch);
        watch
    }

    fn assert_matches(&self, store: &TypedStore<Count>, prefix: &str) {
        assert!(self.is_ready);
        let scan: BTreeMap<_, _> =
            store.scan(prefix).map(|(key, value)| (key.to_string(), value.n)).collect();
        assert_eq!(self.entries, scan);
    }
}

fn write_and_delete(given: &Given<Count>) {
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
fn watch_begun_during_writes_ends_with_the_stores_state() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let mut watching = ["b", ""].map(|prefix| (prefix, Replica::default(), None));
        thread::scope(|scope| {
            scope.spawn(|| write_and_delete(&given));
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
            seen.assert_matches(&given.store, prefix);
        }
    });
}

#[test]
fn watch_during_writes_ends_with_the_stores_state() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (all, some) = (given.store.watch(""), given.store.watch("b"));
        let (mut seen, mut seen_some) = (Replica::default(), Replica::default());
        thread::scope(|scope| {
            scope.spawn(|| write_and_delete(&given));
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
        seen.assert_matches(&given.store, "");
        seen_some.assert_matches(&given.store, "b");
    });
}

#[test]
fn snapshot_is_consistent_at_ready() {
    check(|| {
        let given = given_five(Expiry::Manual);
        thread::scope(|scope| {
            scope.spawn(|| {
                let store = another_handle::<Count>(&given.kv);
                for number in 2..=3 {
                    // Neither ascending nor descending in key order.
                    store.set("a", count(number)).unwrap();
                    store.set("f", count(number)).unwrap();
                    store.set("b", count(number)).unwrap();
                }
            });
            scope.spawn(|| {
                let (watch, mut seen) = (given.store.watch(""), Replica::default());
                while !seen.is_ready {
                    seen.apply(&watch.try_recv().expect("`Ready` comes"));
                }
                let [a, f, b] = ["a", "f", "b"].map(|key| seen.entries[key]);
                assert!(a >= f && f >= b && b + 1 >= a, "a {a}, then f {f}, then b {b}");
            });
        });
    });
}

#[test]
fn resumed_watch_receives_everything_missed() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let mut seen = Replica::default();
        let watch = given.store.watch("");
        seen.catch_up(&watch);
        let version = watch.version().expect("it is ready");
        // The log of writes is kept only while there is a watcher.
        drop(watch);
        // The key that is deleted and set again is on the first of two pages.
        given.store.delete("a");
        given.store.set_many(["a", "b", "c"].map(|key| (key, count(2)))).unwrap();
        let mut watch = None;
        thread::scope(|scope| {
            scope.spawn(|| write_and_delete(&given));
            scope.spawn(|| drop(given.store.watch("a").try_recv()));
            scope.spawn(|| watch = Some(seen.resume(&given.store, version)));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_matches(&given.store, "");
    });
}

/// Most of the change log is dropped when the last watcher leaves.
#[test]
fn watch_resumed_while_another_ends_misses_no_removal() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (watch, other, mut seen) = (given.store.watch(""), given.store.watch(""), Replica::default());
        seen.catch_up(&watch);
        let version = watch.version().expect("it is ready");
        drop(watch);
        for key in ["a", "b", "c"] {
            given.store.delete(key);
        }
        let mut watch = None;
        thread::scope(|scope| {
            scope.spawn(|| drop(other));
            scope.spawn(|| watch = Some(seen.resume(&given.store, version)));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_matches(&given.store, "");
    });
}

/// The missed removals are in the change log when the replay begins, but no longer when it reads
/// them.
#[test]
fn watch_resumed_while_removals_leave_the_log_misses_none() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (watch, mut seen) = (given.store.watch(""), Replica::default());
        seen.catch_up(&watch);
        let version = watch.version().expect("it is ready");
        drop(watch);
        given.store.delete("a");
        given.store.delete("b");
        given.store.set_many(["g", "h"].map(|key| (key, count(1)))).unwrap();
        let mut watch = None;
        thread::scope(|scope| {
            // With the two removals before, one more than the log keeps.
            scope.spawn(|| assert_eq!(another_handle::<Count>(&given.kv).clear(), 5));
            scope.spawn(|| watch = Some(seen.resume(&given.store, version)));
        });
        seen.catch_up(&watch.unwrap());
        seen.assert_matches(&given.store, "");
    });
}

#[test]
fn watch_is_not_reset_when_other_watchers_come_and_go() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let first = given.store.watch("");
        let (mut seen, mut watch) = (Replica::default(), None);
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
        seen.assert_matches(&given.store, "");
        assert_eq!(seen.resets, 1, "the watcher missed nothing");
    });
}

#[test]
fn watcher_that_misses_removals_is_reset() {
    check(|| {
        let given = given_five(Expiry::Manual);
        let (watch, mut seen) = (given.store.watch(""), Replica::default());
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
        seen.assert_matches(&given.store, "");
        assert!(seen.resets > 0);
    });
}

#[test]
fn watcher_receives_each_expiry_once() {
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
            let mut seen = Replica::default();
            for change in &changes {
                seen.apply(change);
            }
            seen.assert_matches(&given.store, "");
            assert_eq!(n(&given.store, "k"), Some(2));
            let expired = changes.iter().filter(|change| matches!(change, Change::Expired { .. })).count();
            assert!(expired as u64 <= given.kv.stats().expirations);
        });
    }
}

#[test]
fn watcher_limit_is_exact_under_concurrent_watches() {
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
