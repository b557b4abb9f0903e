//! A change wakes the watchers that wait for it. A watcher that is not woken waits forever, which
//! the model checker reports as a deadlock.

use crate::{Count, Given, another_handle, check, count, given, n, ttl};
use kv_core::{Change, Expiry, Watch};
use shuttle::sync::{Condvar, Mutex};
use shuttle::thread;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

/// Waits until a key has a value.
fn wait_for(watch: &Watch<Count>, wanted: &str, number: u64) {
    loop {
        match watch.recv().expect("the store is there") {
            Change::Set(entry) if &*entry.key == wanted && entry.value.n == number => return,
            _ => {}
        }
    }
}

#[test]
fn waiting_watcher_is_woken_by_the_last_write() {
    for expiry in [Expiry::Background, Expiry::Manual] {
        check(move || {
            let Given { kv, store, .. } = given::<Count>(expiry);
            thread::scope(|scope| {
                scope.spawn(|| {
                    let store = another_handle::<Count>(&kv);
                    store.set("k", count(1)).unwrap();
                    store.set("k", count(2)).unwrap();
                });
                scope.spawn(|| wait_for(&another_handle::<Count>(&kv).watch(""), "k", 2));
                scope.spawn(|| wait_for(&store.watch("k"), "k", 2));
            });
        });
    }
}

#[test]
fn each_watcher_is_woken_by_changes_under_its_prefix() {
    check(|| {
        let Given { kv: _kv, store, .. } = given::<Count>(Expiry::Background);
        // Gives the expiry thread a deadline to wait for.
        store.set_with("late", count(1), ttl(1000)).unwrap();
        let (a, b) = (store.watch("a"), store.watch("b"));
        thread::scope(|scope| {
            for key in ["a", "b", "c"] {
                let store = &store;
                scope.spawn(move || store.set(key, count(1)).unwrap());
            }
            scope.spawn(|| wait_for(&a, "a", 1));
            wait_for(&b, "b", 1);
        });
    });
}

#[test]
fn waiting_watcher_is_woken_by_a_removal() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        store.set_many(["a", "b", "c", "d"].map(|key| (key, count(1)))).unwrap();
        let watch = store.watch("b");
        thread::scope(|scope| {
            scope.spawn(|| match another_handle::<Count>(&kv).delete_prefix("") {
                4 => {}
                other => panic!("removed {other}"),
            });
            scope.spawn(|| {
                let removed =
                    |change: &Change<Count>| matches!(change, Change::Deleted { key, .. } if &**key == "b");
                // The entry may be removed before the snapshot.
                watch
                    .iter()
                    .find(|change| removed(change) || (*change == Change::Ready && n(&store, "b").is_none()));
            });
        });
    });
}

#[test]
fn two_threads_sharing_a_watch_miss_nothing() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        let watch = store.watch("");
        assert_eq!((watch.try_recv(), watch.try_recv()), (Some(Change::Reset), Some(Change::Ready)));
        thread::scope(|scope| {
            // There is one change for each thread.
            for key in ["a", "b"] {
                let kv = &kv;
                scope.spawn(move || another_handle::<Count>(kv).set(key, count(1)).unwrap());
            }
            for _ in 0..2 {
                scope.spawn(|| assert!(matches!(watch.recv(), Some(Change::Set(_)))));
            }
        });
        assert_eq!(watch.try_recv(), None);
    });
}

#[test]
fn recv_timeout_loses_no_change() {
    check(|| {
        let Given { kv, store, .. } = given::<Count>(Expiry::Manual);
        let watch = store.watch("k");
        thread::scope(|scope| {
            scope.spawn(|| another_handle::<Count>(&kv).set("k", count(1)).unwrap());
            scope.spawn(|| {
                for _ in 0..2 {
                    if let Some(Change::Set(_)) = watch.recv_timeout(std::time::Duration::from_secs(1)) {
                        return;
                    }
                }
                wait_for(&watch, "k", 1);
            });
        });
    });
}

#[test]
fn waiting_watcher_receives_all_changes_before_the_store_ends() {
    for expiry in [Expiry::Background, Expiry::Manual] {
        check(move || {
            let Given { kv, store, clock } = given::<Count>(expiry);
            let watch = store.watch("");
            drop((store, clock));
            let writing = thread::spawn(move || another_handle::<Count>(&kv).set("k", count(1)).unwrap());
            let watching = thread::spawn(move || {
                let seen: Vec<_> = watch.iter().collect();
                assert!(matches!(seen.last(), Some(Change::Set(_))) || seen.last() == Some(&Change::Ready));
                assert!(seen.iter().any(|change| matches!(change, Change::Set(_))), "{seen:?}");
                assert_eq!(watch.recv(), None);
            });
            writing.join().unwrap();
            watching.join().unwrap();
        });
    }
}

/// A waker with a flag, for a task that polls only after it was woken.
#[derive(Default)]
struct Sleeper {
    is_woken: Mutex<bool>,
    changed: Condvar,
}

impl Sleeper {
    fn sleep(&self) {
        let woken = self.changed.wait_while(self.is_woken.lock().unwrap(), |is_woken| !*is_woken);
        *woken.unwrap() = false;
    }
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        *self.is_woken.lock().unwrap() = true;
        self.changed.notify_one();
    }
}

/// The awaited change arrives, as the last one, while the waking thread is busy with another
/// change.
#[test]
fn change_made_while_the_thread_wakes_others_wakes_its_watcher() {
    for has_deadlines in [true, false] {
        check(move || {
            let Given { kv: _kv, store, .. } = given::<Count>(Expiry::Background);
            if has_deadlines {
                store.set_with("late", count(1), ttl(1000)).unwrap();
            }
            let watch = store.watch("b");
            assert_eq!((watch.try_recv(), watch.try_recv()), (Some(Change::Reset), Some(Change::Ready)));
            let sleeper = Arc::new(Sleeper::default());
            let waker = Waker::from(Arc::clone(&sleeper));
            let mut cx = Context::from_waker(&waker);
            for number in 0..4 {
                let mut change = pin!(watch.recv_async());
                assert!(change.as_mut().poll(&mut cx).is_pending());
                store.set("a", count(number)).unwrap();
                store.set("b", count(number)).unwrap();
                loop {
                    sleeper.sleep();
                    if change.as_mut().poll(&mut cx).is_ready() {
                        break;
                    }
                }
            }
        });
    }
}
