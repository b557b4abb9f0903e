//! Single flight: one of several concurrent callers computes the value.

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
fn one_caller_computes_for_all() {
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

/// In moka, waiters hung when the computation panicked (its issue 43, pull request 46).
#[test]
fn failed_or_panicked_computation_hands_over_to_a_waiter() {
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
                // `resume_unwind` skips the panic hook, which would print a schedule.
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
fn dropped_computation_hands_over_to_a_waiter() {
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
fn computations_that_need_each_other_fail_instead_of_deadlocking() {
    check(|| {
        let Given { kv, .. } = given::<Count>(Expiry::Manual);
        let cycles = AtomicUsize::new(0);
        thread::scope(|scope| {
            for (mine, others) in [("a", "b"), ("b", "c"), ("c", "a")] {
                let (kv, cycles) = (&kv, &cycles);
                scope.spawn(move || {
                    let store = another_handle::<Count>(kv);
                    let value = store.get_or_insert_with(mine, || {
                        match store.get_or_insert_with(others, || {
                            // Completes the cycle, regardless of which thread leads for which key.
                            store
                                .get_or_insert_with(mine, || count(0))
                                .map_or(count(1), |found| count(found.n + 1))
                        }) {
                            Ok(found) => count(found.n + 1),
                            Err(error) => {
                                assert_eq!(error, Error::Recursive);
                                cycles.fetch_add(1, Ordering::SeqCst);
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
fn write_wins_over_a_computation() {
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
fn value_is_computed_again_after_a_removal() {
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
        assert_eq!(computed, removed + store.len(), "a value was computed without need");
    });
}

#[test]
fn caller_never_receives_a_value_removed_before_its_call() {
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
                        assert!(
                            !gone.contains(&value.n),
                            "received {}, which is among the removed values {gone:?}",
                            value.n
                        );
                        // Not under the lock: it is a `std` mutex, which the model checker does not
                        // control.
                        let deleted = store.delete("k");
                        removed.lock().unwrap().extend(deleted.map(|value| value.n));
                    }
                });
            }
        });
    });
}
