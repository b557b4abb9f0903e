//! Single flight: of many that want a value, one computes it.

use crate::{Count, Given, another_handle, check, count, given, n};
use kv_core::{Error, Expiry, InitError};
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use shuttle::thread;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

#[test]
fn one_computes_for_all() {
    check(|| {
        let Given { kv, .. } = given::<Count>(Expiry::Manual);
        let (computed, got) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let value = another_handle::<Count>(&kv).get_or_insert_with("k", || {
                        computed.fetch_add(1, Ordering::SeqCst);
                        thread::yield_now();
                        count(7)
                    });
                    got.lock().unwrap().push(value.unwrap());
                });
            }
        });
        assert_eq!(computed.load(Ordering::SeqCst), 1);
        let got = got.into_inner().unwrap();
        assert!(got.iter().all(|value| Arc::ptr_eq(value, &got[0])));
    });
}

/// In moka a computation that panicked left those who waited without an answer (its issue 43, pull request 46).
#[test]
fn who_fails_or_panics_hands_over() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        let computed = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let failed =
                    another_handle::<Count>(&kv).get_or_try_insert_with("k", || Err::<Count, _>("no"));
                assert!(failed == Err(InitError::Init("no")) || failed.is_ok_and(|value| value.n == 7));
            });
            scope.spawn(|| {
                let store = another_handle::<Count>(&kv);
                // Without the hook, which would print a schedule.
                let panics = || store.get_or_insert_with("k", || resume_unwind(Box::new("no")));
                if let Ok(value) = catch_unwind(AssertUnwindSafe(panics)) {
                    assert_eq!(value.unwrap().n, 7);
                }
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    let value = another_handle::<Count>(&kv).get_or_insert_with("k", || {
                        computed.fetch_add(1, Ordering::SeqCst);
                        count(7)
                    });
                    assert_eq!(value.unwrap().n, 7);
                });
            }
        });
        assert_eq!((computed.load(Ordering::SeqCst), n(&store, "k")), (1, Some(7)));
    });
}

#[test]
fn a_computation_that_is_dropped_half_way_hands_over() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        thread::scope(|scope| {
            scope.spawn(|| {
                let store = another_handle::<Count>(&kv);
                let future = pin!(store.get_or_try_insert_async("k", pending::<Result<Count, &str>>()));
                let _ = future.poll(&mut Context::from_waker(Waker::noop()));
                thread::yield_now();
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    let value = another_handle::<Count>(&kv).get_or_insert_with("k", || count(7));
                    assert_eq!(value.unwrap().n, 7);
                });
            }
        });
        assert_eq!(n(&store, "k"), Some(7));
    });
}

#[test]
fn computations_that_need_each_other_are_told_and_do_not_wait() {
    check(|| {
        let Given { kv, .. } = given::<Count>(Expiry::Manual);
        let circles = AtomicUsize::new(0);
        thread::scope(|scope| {
            for (mine, others) in [("a", "b"), ("b", "c"), ("c", "a")] {
                let (kv, circles) = (&kv, &circles);
                scope.spawn(move || {
                    let store = another_handle::<Count>(kv);
                    let value = store.get_or_insert_with(mine, || {
                        match store.get_or_insert_with(others, || {
                            // And so on round the circle, whichever thread is at which place.
                            store
                                .get_or_insert_with(mine, || count(0))
                                .map_or(count(1), |found| count(found.n + 1))
                        }) {
                            Ok(found) => count(found.n + 1),
                            Err(error) => {
                                assert_eq!(error, Error::Recursive);
                                circles.fetch_add(1, Ordering::SeqCst);
                                count(1)
                            }
                        }
                    });
                    assert!(value.is_ok() || value == Err(Error::Recursive), "{value:?}");
                });
            }
        });
    });
}

#[test]
fn a_write_goes_before_a_computation() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        thread::scope(|scope| {
            scope.spawn(|| another_handle::<Count>(&kv).set("k", count(99)).unwrap());
            for _ in 0..2 {
                scope.spawn(|| {
                    let value = another_handle::<Count>(&kv).get_or_insert_with("k", || count(7)).unwrap();
                    assert!([7, 99].contains(&value.n));
                });
            }
        });
        assert_eq!(n(&store, "k"), Some(99));
    });
}

#[test]
fn a_removal_makes_way_for_another_computation() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        let computed = AtomicUsize::new(0);
        let removed = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                if another_handle::<Count>(&kv).delete("k").is_some() {
                    removed.fetch_add(1, Ordering::SeqCst);
                }
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    let compute = || {
                        computed.fetch_add(1, Ordering::SeqCst);
                        count(7)
                    };
                    assert_eq!(another_handle::<Count>(&kv).get_or_insert_with("k", compute).unwrap().n, 7);
                });
            }
        });
        let (computed, removed) = (computed.load(Ordering::SeqCst), removed.load(Ordering::SeqCst));
        assert_eq!(computed, removed + store.len(), "a value was made that nobody asked for");
    });
}

#[test]
fn nobody_is_given_a_value_that_was_removed_before_they_asked() {
    check(|| {
        let Given { kv, .. } = given::<Count>(Expiry::Manual);
        let (computed, removed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let store = another_handle::<Count>(&kv);
                    for _ in 0..2 {
                        let gone = removed.lock().unwrap().clone();
                        let compute = || count(computed.fetch_add(1, Ordering::SeqCst) as u64);
                        let value = store.get_or_insert_with("k", compute).unwrap();
                        assert!(!gone.contains(&value.n), "{} of {gone:?}", value.n);
                        // Not under the lock, which the checker does not see.
                        let deleted = store.delete("k");
                        removed.lock().unwrap().extend(deleted.map(|value| value.n));
                    }
                });
            }
        });
    });
}
