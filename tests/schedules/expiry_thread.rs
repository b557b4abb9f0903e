//! The thread that sweeps: it comes when it is needed, misses nothing, and ends with the store. No time passes in the model,
//! so what it misses is a deadlock.

use crate::{Count, Given, another_handle, check, count, given, secs, ttl};
use kv_core::{Change, Clock, Expiry, KvStore, SetOptions, TypedStore, Watch};
use shuttle::thread;
use std::time::{Duration, SystemTime};

/// A watch that has told of all that is there.
fn watch(store: &TypedStore<Count>) -> Watch<Count> {
    let watch = store.watch("");
    while watch.try_recv().is_some() {}
    watch
}

/// Waits until a key has expired.
fn wait_for(watch: &Watch<Count>, wanted: &str) {
    loop {
        match watch.recv().expect("the store is there") {
            Change::Expired { key, .. } if &*key == wanted => return,
            _ => {}
        }
    }
}

#[test]
fn what_is_due_is_swept_without_being_asked() {
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
fn an_earlier_deadline_is_not_slept_through() {
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

/// A clock that tells of no jumps, by which a second has passed whenever the thread looks.
struct Passing;

impl Clock for Passing {
    fn now(&self) -> Duration {
        if thread::current().name() == Some("kv-expiry") { secs(1) } else { Duration::ZERO }
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

/// With another clock the jump to the deadline wakes the thread as well.
#[test]
fn an_earlier_deadline_wakes_the_thread() {
    check(|| {
        let kv = KvStore::builder().clock(Passing).build();
        let store = another_handle::<Count>(&kv);
        store.set_with("late", count(1), ttl(1000)).unwrap();
        let watch = watch(&store);
        store.set_with("k", count(1), SetOptions::new().ttl(Duration::from_millis(1))).unwrap();
        wait_for(&watch, "k");
    });
}

#[test]
fn a_deadline_that_is_brought_forward_is_not_slept_through() {
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
fn the_thread_comes_again_when_it_had_nothing_left_to_do() {
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
fn the_last_handle_takes_the_thread_with_it() {
    check(|| {
        let Given { clock, kv, store } = given::<Count>(Expiry::Background);
        store.set_with("k", count(1), ttl(10)).unwrap();
        let tenant = kv.tenant("acme.example").unwrap();
        let watch = store.watch("");
        thread::spawn(move || drop(kv));
        thread::spawn(move || drop(store));
        thread::spawn(move || drop(tenant.typed::<Count>().set_with("l", count(1), ttl(20))));
        thread::spawn(move || clock.advance(secs(10)));
        // Ends when the store has, or this waits for ever.
        thread::spawn(move || watch.into_iter().count());
        // An execution that ends while a thread waits is a deadlock.
    });
}
