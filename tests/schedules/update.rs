//! Updates, conditional writes and batch writes.

use crate::{Count, Given, another_handle, check, count, given, n};
use kv_core::{Error, Expiry, SetOptions};
use shuttle::thread;
use std::sync::Mutex;

/// moka's `and_upsert_with` lost updates of one key (its issue 542).
#[test]
fn no_update_is_lost() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let store = another_handle::<Count>(&kv);
                    let updated =
                        store.update("k", |found| Some(count(found.map_or(0, |found| found.n) + 1)));
                    assert!(updated.unwrap().is_some());
                });
            }
        });
        assert_eq!(n(&store, "k"), Some(3));
    });
}

#[test]
fn updates_and_removals_of_a_key_are_serialized() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        store.set("k", count(10)).unwrap();
        let taken = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let add = |found: Option<&Count>| Some(count(found.map_or(0, |found| found.n) + 1));
                    another_handle::<Count>(&kv).update("k", add).unwrap();
                });
            }
            scope.spawn(|| *taken.lock().unwrap() += store.delete("k").unwrap().n);
        });
        assert_eq!(*taken.lock().unwrap() + n(&store, "k").unwrap_or(0), 12);
    });
}

/// moka's `compute` methods returned a wrong outcome (its pull request 593).
#[test]
fn one_of_two_writes_with_the_same_if_version_wins_and_the_other_conflicts() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        let first = store.set("k", count(0)).unwrap();
        let outcomes = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for number in 1..=2 {
                let (kv, outcomes) = (&kv, &outcomes);
                scope.spawn(move || {
                    let store = another_handle::<Count>(kv);
                    let outcome = store.set_with("k", count(number), SetOptions::new().if_version(first));
                    outcomes.lock().unwrap().push((number, outcome));
                });
            }
        });
        let (done, refused): (Vec<_>, Vec<_>) =
            outcomes.into_inner().unwrap().into_iter().partition(|(_, outcome)| outcome.is_ok());
        let [(number, Ok(version))] = &done[..] else { panic!("{done:?}") };
        assert_eq!(refused[0].1, Err(Error::Conflict { current: Some(*version) }));
        assert_eq!((n(&store, "k"), store.get_entry("k").unwrap().version), (Some(*number), *version));
    });
}

#[test]
fn one_of_several_if_absent_writes_wins() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        let done = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for number in 0..3 {
                let (kv, done) = (&kv, &done);
                scope.spawn(move || {
                    let store = another_handle::<Count>(kv);
                    match store.set_with("k", count(number), SetOptions::new().if_absent()) {
                        Ok(_) => done.lock().unwrap().push(number),
                        Err(error) => {
                            assert!(matches!(error, Error::Conflict { current: Some(_) }), "{error}");
                        }
                    }
                });
            }
        });
        assert_eq!(*done.lock().unwrap(), [n(&store, "k").unwrap()]);
    });
}

#[test]
fn set_many_is_atomic_for_get_many() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        store.set_many([("a", count(0)), ("b", count(0))]).unwrap();
        thread::scope(|scope| {
            for number in 1..=2 {
                let kv = &kv;
                scope.spawn(move || {
                    let store = another_handle::<Count>(kv);
                    store.set_many([("a", count(number)), ("b", count(number))]).unwrap();
                });
            }
            scope.spawn(|| {
                for _ in 0..3 {
                    let seen = store.get_many(["a", "b"]);
                    assert_eq!(seen[0], seen[1]);
                }
            });
        });
        assert_eq!(n(&store, "a"), n(&store, "b"));
    });
}
