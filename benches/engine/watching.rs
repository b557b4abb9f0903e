//! Time until many watchers receive a change, and their cost for a writer. Only this store is
//! measured: no peer has watches.

use crate::cursor::{Cursor, Sample};
use crate::input::Input;
use crate::workloads::{Bench, Contender};
use kv_core::{Change, KvStore, Limits, TypedStore, Watch};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// The names and units of the figures, in their order.
pub(crate) const TABLES: [(&str, &str); 7] = [
    ("set of 1k, no watcher", "ns"),
    ("set of 1k, 1 watcher", "ns"),
    ("set of 1k, 100 watchers", "ns"),
    ("set of 1k, 1,000 watchers", "ns"),
    ("change to 1 watcher", "ns"),
    ("change to 100 watchers", "ns"),
    ("change to 1,000 watchers", "ns"),
];

const WATCHES: [usize; 3] = [1, 100, 1_000];

pub(crate) fn watching(_: &mut Bench) -> Vec<Contender> {
    let keys = Input::new(1_000).keys;
    let measure = move |_| {
        let mut figures = vec![set_while_watched(&keys, 0)];
        figures.extend(WATCHES.map(|watches| set_while_watched(&keys, watches)));
        figures.extend(WATCHES.map(|watches| change_to_all(&keys[0], watches)));
        figures
    };
    vec![Contender::ours(measure)]
}

fn store() -> TypedStore<Cursor> {
    let kv = KvStore::builder().limits(Limits::unlimited()).build();
    kv.tenant("acme.example").expect("a host").typed()
}

/// Returns the nanoseconds per set, without pauses, while another thread receives the changes of
/// all watches.
fn set_while_watched(keys: &[String], watches: usize) -> f64 {
    const SETS: usize = 50_000;
    let cursors = store();
    let values: Vec<_> = (0..64).map(|_| Cursor::sample()).collect();
    let set = |n: usize| {
        let value = Arc::clone(&values[n % values.len()]);
        cursors.set(&keys[n % keys.len()], value).expect("it is within the rules");
    };
    (0..keys.len()).for_each(set);
    let receivers = Receivers::new(&cursors, watches);
    std::thread::scope(|scope| {
        if watches > 0 {
            scope.spawn(|| receivers.run(|_| {}));
        }
        let start = Instant::now();
        (0..SETS).for_each(set);
        let took = start.elapsed();
        receivers.end();
        took.as_nanos() as f64 / SETS as f64
    })
}

/// Returns the nanoseconds from a set until all watches, on one thread, have received it.
fn change_to_all(key: &str, watches: usize) -> f64 {
    const CHANGES: usize = 30;
    let cursors = store();
    let receivers = Receivers::new(&cursors, watches);
    let received = AtomicUsize::new(0);
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        scope.spawn(|| {
            receivers.run(|change| {
                if matches!(change, Change::Set(_)) {
                    received.fetch_add(1, Ordering::Release);
                }
            });
        });
        let change = |nth: usize| {
            // Gives all watches time to wait again.
            std::thread::sleep(Duration::from_millis(2));
            let start = Instant::now();
            cursors.set(key, Cursor::sample()).expect("it is within the rules");
            while received.load(Ordering::Acquire) < nth * watches {
                std::hint::spin_loop();
            }
            start.elapsed()
        };
        let times = (1..=CHANGES).map(change).collect();
        receivers.end();
        times
    });
    times.sort_unstable();
    times[CHANGES / 2].as_nanos() as f64
}

/// Watches with a minimal executor.
struct Receivers {
    watches: Vec<Watch<Cursor>>,
    ready: Arc<ReadyQueue>,
    ended: AtomicBool,
}

/// Indexes of the watches to poll.
#[derive(Default)]
struct ReadyQueue {
    indexes: Mutex<Vec<usize>>,
    changed: Condvar,
}

/// A waker that queues the index of its watch.
struct IndexWaker(usize, Arc<ReadyQueue>);

impl Wake for IndexWaker {
    fn wake(self: Arc<Self>) {
        self.1.push(self.0);
    }
}

impl ReadyQueue {
    fn push(&self, index: usize) {
        self.indexes.lock().expect("no thread panics").push(index);
        self.changed.notify_one();
    }

    /// Waits until the queue has indexes, and takes them.
    fn take(&self) -> Vec<usize> {
        let indexes = self.indexes.lock().expect("no thread panics");
        let indexes = self.changed.wait_while(indexes, |indexes| indexes.is_empty());
        std::mem::take(&mut *indexes.expect("no thread panics"))
    }
}

impl Receivers {
    fn new(cursors: &TypedStore<Cursor>, watches: usize) -> Self {
        let watches: Vec<_> = (0..watches).map(|_| cursors.watch("cursor:")).collect();
        for watch in &watches {
            while watch.try_recv().is_some() {}
        }
        Self { watches, ready: Arc::default(), ended: AtomicBool::new(false) }
    }

    fn run(&self, receive: impl Fn(Change<Cursor>)) {
        let wakers: Vec<Waker> = (0..self.watches.len())
            .map(|n| Arc::new(IndexWaker(n, Arc::clone(&self.ready))).into())
            .collect();
        // The futures are kept, so that each stays registered as a waiter of its watch.
        let mut futures: Vec<_> = self.watches.iter().map(|watch| Box::pin(watch.recv_async())).collect();
        let mut ready: Vec<usize> = (0..self.watches.len()).collect();
        while !self.ended.load(Ordering::Relaxed) {
            for index in ready {
                let mut cx = Context::from_waker(&wakers[index]);
                while let Poll::Ready(Some(change)) = futures[index].as_mut().poll(&mut cx) {
                    receive(change);
                }
            }
            ready = self.ready.take();
        }
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        if !self.watches.is_empty() {
            self.ready.push(0);
        }
    }
}
