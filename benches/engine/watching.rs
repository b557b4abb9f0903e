//! What it takes to tell many of a change, and what they cost who makes it. Only this store is measured: no peer has watches.

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
    ("set of 1k, nobody watching", "ns"),
    ("set of 1k, watched by 1", "ns"),
    ("set of 1k, watched by 100", "ns"),
    ("set of 1k, watched by 1,000", "ns"),
    ("change to 1 who watches", "ns"),
    ("change to all of 100 who watch", "ns"),
    ("change to all of 1,000 who watch", "ns"),
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

/// Nanoseconds a set, without a pause, while another thread receives what so many watches tell of.
fn set_while_watched(keys: &[String], watches: usize) -> f64 {
    const SETS: usize = 50_000;
    let cursors = store();
    let values: Vec<_> = (0..64).map(|_| Cursor::any()).collect();
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

/// Nanoseconds from a set until so many watches have told of it, all on one thread.
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
            // All of them wait again.
            std::thread::sleep(Duration::from_millis(2));
            let start = Instant::now();
            cursors.set(key, Cursor::any()).expect("it is within the rules");
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

/// Watches, and the smallest executor that they can be polled by.
struct Receivers {
    watches: Vec<Watch<Cursor>>,
    woken: Arc<Woken>,
    ended: AtomicBool,
}

/// Those who are to be polled.
#[derive(Default)]
struct Woken {
    numbers: Mutex<Vec<usize>>,
    changed: Condvar,
}

struct Number(usize, Arc<Woken>);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        self.1.wake(self.0);
    }
}

impl Woken {
    fn wake(&self, number: usize) {
        self.numbers.lock().expect("nobody panics").push(number);
        self.changed.notify_one();
    }

    /// Waits for somebody.
    fn next(&self) -> Vec<usize> {
        let numbers = self.numbers.lock().expect("nobody panics");
        let numbers = self.changed.wait_while(numbers, |numbers| numbers.is_empty());
        std::mem::take(&mut *numbers.expect("nobody panics"))
    }
}

impl Receivers {
    fn new(cursors: &TypedStore<Cursor>, watches: usize) -> Self {
        let watches: Vec<_> = (0..watches).map(|_| cursors.watch("cursor:")).collect();
        for watch in &watches {
            while watch.try_recv().is_some() {}
        }
        Self { watches, woken: Arc::default(), ended: AtomicBool::new(false) }
    }

    fn run(&self, receive: impl Fn(Change<Cursor>)) {
        let wakers: Vec<Waker> =
            (0..self.watches.len()).map(|n| Arc::new(Number(n, Arc::clone(&self.woken))).into()).collect();
        // The futures keep their places among those who wait.
        let mut next: Vec<_> = self.watches.iter().map(|watch| Box::pin(watch.recv_async())).collect();
        let mut woken: Vec<usize> = (0..self.watches.len()).collect();
        while !self.ended.load(Ordering::Relaxed) {
            for number in woken {
                let mut cx = Context::from_waker(&wakers[number]);
                while let Poll::Ready(Some(change)) = next[number].as_mut().poll(&mut cx) {
                    receive(change);
                }
            }
            woken = self.woken.next();
        }
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        if !self.watches.is_empty() {
            self.woken.wake(0);
        }
    }
}
