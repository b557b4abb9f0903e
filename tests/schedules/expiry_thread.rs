//! The expiry thread starts when it is needed, misses no deadline and ends with the store. No time
//! passes in the model checker, so a missed deadline is reported as a deadlock.

use crate::{Count, Given, another_handle, check, count, given, secs, ttl};
use kv_core::{Change, Clock, Expiry, KvStore, SetOptions, TypedStore, Watch};
use shuttle::thread;
use std::time::{Duration, SystemTime};

/// Returns a watch that has already received its snapshot.
fn watch(store: &TypedStore<Count>) -> Watch<Count> {
    let watch = store.watch("");
    while watch.try_recv().is_some() {}
    watch
}

/// Waits until the entry of a key has expired.
fn wait_for(watch: &Watch<Count>, wanted: &str) {
    loop {
        match watch.recv().expect("the store is there") {
            Change::Expired { key, .. } if &*key == wanted => return,
            _ => {}
        }
    }
}

#[test]
fn entry_expires_without_a_call() {
    check(|| {
        let Given { clock, kv, store } = given::<Count>(Expiry::Background);
        let watch = watch(&store);
        thread::scope(|scope| {
            scope.spawn(|| {
                another_handle::<Count>(&kv).set_with("k", count(1), ttl(10)).unwrap();
                clock.advance(secs(10));
            });
            scope.spawn(|| wait_for(&watch, "k"));
            scope.spawn(|| clock.advance(secs(1)));
        });
    });
}

#[test]
fn earlier_deadline_of_another_entry_is_not_missed() {
    check(|| {
        let Given { clock, kv, store } = given::<Count>(Expiry::Background);
        store.set_with("late", count(1), ttl(100)).unwrap();
        let watch = watch(&store);
        thread::scope(|scope| {
            scope.spawn(|| {
                another_handle::<Count>(&kv).set_with("k", count(1), ttl(10)).unwrap();
                clock.advance(secs(10));
            });
            scope.spawn(|| {
                let other = kv.tenant("other.example").unwrap().typed::<Count>();
                other.set_with("k", count(1), ttl(50)).unwrap();
                assert!(store.persist("late"));
            });
            wait_for(&watch, "k");
        });
    });
}

/// A clock that reports no jumps. The expiry thread always reads one second, other threads read
/// zero.
struct AheadForThread;

impl Clock for AheadForThread {
    fn now(&self) -> Duration {
        if thread::current().name() == Some("kv-expiry") { secs(1) } else { Duration::ZERO }
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

/// With a `ManualClock`, advancing the clock to the deadline would wake the thread as well.
#[test]
fn earlier_deadline_wakes_a_thread_that_sleeps_by_time() {
    check(|| {
        let kv = KvStore::builder().clock(AheadForThread).build();
        let store = another_handle::<Count>(&kv);
        store.set_with("late", count(1), ttl(1000)).unwrap();
        let watch = watch(&store);
        store.set_with("k", count(1), SetOptions::new().ttl(Duration::from_millis(1))).unwrap();
        wait_for(&watch, "k");
    });
}

#[test]
fn shortened_deadline_is_not_missed() {
    check(|| {
        let Given { clock, store, .. } = given::<Count>(Expiry::Background);
        store.set_with("k", count(1), ttl(100)).unwrap();
        let watch = watch(&store);
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(store.touch("k", secs(5)).unwrap());
                clock.advance(secs(5));
            });
            scope.spawn(|| clock.advance(secs(1)));
            scope.spawn(|| wait_for(&watch, "k"));
        });
    });
}

#[test]
fn thread_starts_again_after_it_ended_without_work() {
    check(|| {
        let Given { clock, kv, store } = given::<Count>(Expiry::Background);
        let watch = watch(&store);
        for round in 0..2_u64 {
            let key = round.to_string();
            thread::scope(|scope| {
                scope.spawn(|| {
                    another_handle::<Count>(&kv).set_with(&key, count(1), ttl(10)).unwrap();
                    clock.advance(secs(10));
                });
                scope.spawn(|| wait_for(&watch, &key));
            });
        }
    });
}

#[test]
fn thread_ends_with_the_last_handle() {
    check(|| {
        let Given { clock, kv, store } = given::<Count>(Expiry::Background);
        store.set_with("k", count(1), ttl(10)).unwrap();
        let tenant = kv.tenant("acme.example").unwrap();
        let watch = store.watch("");
        thread::spawn(move || drop(kv));
        thread::spawn(move || drop(store));
        thread::spawn(move || drop(tenant.typed::<Count>().set_with("l", count(1), ttl(20))));
        thread::spawn(move || clock.advance(secs(10)));
        // Ends only when the store is dropped.
        thread::spawn(move || watch.into_iter().count());
        // The model checker reports a thread that still waits at the end of an execution as a
        // deadlock.
    });
}
