//! A watch does not keep its store alive, and calls no application code under its locks.

use crate::watch::received;
use crate::{Cursor, Note, cursor, note, secs};
use kv_core::{Change, Clock, Expiry, KvStore, KvType, ManualClock, SetOptions, TypedStore, Watch};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, SystemTime};

/// Maximum time to wait for a thread that is not blocked.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn dropped_store_frees_its_entries_except_watched_ones() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    store.set::<Note>("a", note("1")).unwrap();
    store.set::<Cursor>("a", cursor(1)).unwrap();
    let watched = Arc::downgrade(&store.get::<Note>("a").unwrap());
    let other = Arc::downgrade(&store.get::<Cursor>("a").unwrap());
    let watch = store.watch::<Note>("");
    received(&watch);
    drop(store);
    assert!(watch.recv().is_none());
    assert!(other.upgrade().is_none(), "the type is not watched");
    drop(watch);
    assert!(watched.upgrade().is_none(), "no watcher is left");
}

/// A value that reports when it is dropped, and waits until the test continues it.
#[derive(Debug, KvType)]
struct Slow {
    #[kv(skip)]
    gate: Option<Gate>,
}

#[derive(Debug)]
struct Gate {
    reached: Sender<()>,
    open: Mutex<Receiver<()>>,
}

impl Drop for Slow {
    fn drop(&mut self) {
        if let Some(gate) = &self.gate {
            gate.reached.send(()).unwrap();
            let _ = gate.open.lock().unwrap().recv_timeout(SOON);
        }
    }
}

#[test]
fn no_change_comes_after_the_end() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Background).build();
    let slow: TypedStore<Slow> = kv.tenant("acme.example").unwrap().typed();
    let ((reached, is_reached), (open, is_open)) = (channel(), channel());
    let gate = Gate { reached, open: Mutex::new(is_open) };
    slow.set_with("first", Slow { gate: Some(gate) }, SetOptions::new().ttl(secs(1))).unwrap();
    // The thread needs more than one step to remove these entries.
    for n in 0..1000 {
        slow.set_with(n.to_string(), Slow { gate: None }, SetOptions::new().ttl(secs(2))).unwrap();
    }
    let watch = slow.watch("");
    while watch.try_recv().is_some_and(|change| !matches!(change, Change::Ready)) {}
    clock.advance(secs(2));
    is_reached.recv_timeout(SOON).unwrap();
    // The first step is done, and the thread has not begun the next.
    drop((slow, kv));
    while watch.recv().is_some() {}
    open.send(()).unwrap();
    thread::sleep(Duration::from_millis(100));
    assert_eq!(watch.iter().count(), 0, "an iterator that has ended remains so");
}

/// A clock that uses a watch.
#[derive(Clone)]
struct Knowing {
    clock: ManualClock,
    watch: Arc<OnceLock<Watch<Note>>>,
}

impl Clock for Knowing {
    fn now(&self) -> Duration {
        let _ = self.watch.get().and_then(Watch::version);
        self.clock.now()
    }

    fn system_time(&self) -> SystemTime {
        self.clock.system_time()
    }
}

#[test]
fn clock_may_use_a_watch() {
    let clock = Knowing { clock: ManualClock::new(), watch: Arc::default() };
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    let watch = kv.tenant("acme.example").unwrap().watch::<Note>("");
    assert!(clock.watch.set(watch).is_ok());
    let (done, is_done) = channel();
    thread::spawn(move || {
        done.send(received(clock.watch.get().unwrap())).unwrap();
    });
    let received = is_done.recv_timeout(SOON).expect("the clock is called under no lock");
    assert_eq!(received, ["reset", "ready"]);
}
