//! The measurements of one store in one round. Each returns one figure for each table of its
//! workload.

use crate::input::Input;
use crate::peers::Peer;
use benches::counting;
use benches::random::Random;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Instant;

/// Input and size of a measurement.
pub(crate) struct Work<'a, V> {
    pub(crate) input: &'a Input,
    /// Values to write: enough of them that threads rarely contend for one reference count.
    pub(crate) values: &'a [Arc<V>],
    pub(crate) operations: usize,
    pub(crate) round: usize,
}

impl<V> Work<'_, V> {
    fn value(&self, n: usize) -> Arc<V> {
        Arc::clone(&self.values[n % self.values.len()])
    }

    /// Returns the nanoseconds per operation, for a random sequence of keys that differs in each
    /// round.
    fn each(&self, mut operation: impl FnMut(usize, &str)) -> Vec<f64> {
        let sequence = self.input.uniform(self.round, self.operations);
        let start = Instant::now();
        for (n, at) in sequence.iter().enumerate() {
            operation(n, &self.input.keys[*at]);
        }
        vec![nanos_each(start, sequence.len())]
    }

    /// Returns the sequence of key indexes of one of several threads.
    fn sequence(&self, zipf: bool, thread: usize, threads: usize) -> Vec<usize> {
        let (seed, count) = (self.round * 64 + thread, self.operations / threads);
        if zipf { self.input.zipf(seed, count) } else { self.input.uniform(seed, count) }
    }
}

fn nanos_each(start: Instant, operations: usize) -> f64 {
    start.elapsed().as_nanos() as f64 / operations as f64
}

pub(crate) fn get<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    work.each(|_, key| {
        black_box(store.get(key));
    })
}

pub(crate) fn set<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    if work.round == 0 {
        // Overwrites every key once: the first overwrite frees a value that is shared with no other
        // key, which costs more in the allocator than in the store.
        store.fill(&work.input.keys, &|n| work.value(n));
    }
    work.each(|n, key| store.set(key, work.value(n)))
}

pub(crate) fn update<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    work.each(|_, key| store.update(key))
}

/// Measures one write to nine reads.
fn mix<P: Peer>(store: &P, work: &Work<'_, P::Value>, sequence: &[usize]) -> f64 {
    let start = Instant::now();
    for (n, at) in sequence.iter().enumerate() {
        let key = &work.input.keys[*at];
        if n % 10 == 0 { store.set(key, work.value(n)) } else { drop(black_box(store.get(key))) }
    }
    nanos_each(start, sequence.len())
}

pub(crate) fn mixed<P: Peer, const ZIPF: bool>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    vec![mix(store, work, &work.sequence(ZIPF, 0, 1))]
}

pub(crate) fn mixed_by<P: Peer + Sync, const THREADS: usize, const ZIPF: bool>(
    store: &P,
    work: &Work<'_, P::Value>,
) -> Vec<f64> {
    let sequences: Vec<_> = (0..THREADS).map(|thread| work.sequence(ZIPF, thread, THREADS)).collect();
    let barrier = Barrier::new(THREADS);
    let run = |sequence: &[usize]| {
        barrier.wait();
        mix(store, work, sequence)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = sequences.iter().map(|sequence| scope.spawn(|| run(sequence))).collect();
        let times = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
        vec![times.sum::<f64>() / THREADS as f64]
    })
}

pub(crate) fn scan<P: Peer, const MOST: usize>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    // Scans that visit all entries are repeated less often.
    let slow = !P::ORDERED || MOST > keys.len();
    let times = if slow { work.operations.div_ceil(100_000) } else { work.operations.div_ceil(100) };
    let mut random = Random::new(work.round);
    let start = Instant::now();
    for _ in 0..times {
        // A hundred keys differ only in their last two digits.
        let key = &keys[random.below(keys.len())];
        let prefix = if MOST == 100 { &key[..key.len() - 2] } else { "cursor:" };
        let seen = black_box(store.scan(prefix, MOST));
        assert_eq!(seen, MOST.min(keys.len()), "{}", P::NAME);
    }
    vec![nanos_each(start, times)]
}

pub(crate) fn insert_and_delete<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    let (present, new) = keys.split_at(keys.len() - work.operations);
    store.fill(present, &|n| work.value(n));
    let start = Instant::now();
    for (n, key) in new.iter().enumerate() {
        store.set(key, work.value(n));
    }
    let insert = nanos_each(start, new.len());
    let start = Instant::now();
    for key in new.iter().rev() {
        store.remove(key);
    }
    vec![insert, nanos_each(start, new.len())]
}

/// Measures the 99.99th percentile of reads while another thread inserts.
pub(crate) fn read_while_growing<P: Peer + Sync>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    let (present, new) = keys.split_at(keys.len() / 100);
    store.fill(present, &|n| work.value(n));
    let growing = AtomicBool::new(true);
    let mut times: Vec<u64> = Vec::with_capacity(4 * keys.len());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (n, key) in new.iter().enumerate() {
                store.set(key, work.value(n));
            }
            growing.store(false, Ordering::Relaxed);
        });
        let mut random = Random::new(work.round);
        while growing.load(Ordering::Relaxed) {
            let key = &present[random.below(present.len())];
            let start = Instant::now();
            black_box(store.get(key));
            times.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
    });
    times.sort_unstable();
    let nth = times.len().saturating_sub(1 + times.len() / 10_000);
    vec![times.get(nth).map_or(f64::NAN, |nanos| *nanos as f64)]
}

/// Measures the bytes that the store requests per entry, without the value.
pub(crate) fn bytes<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    counting::during(|| {
        let before = store.requested();
        store.fill(keys, &|n| work.value(n));
        vec![(store.requested() - before) as f64 / keys.len() as f64]
    })
}

/// Measures the bytes that a collection of ten entries requests in addition to keys and values,
/// averaged over a hundred collections.
pub(crate) fn bytes_of_ten<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    const COLLECTIONS: usize = 100;
    let keys = &work.input.keys[..10];
    let of_keys: usize = keys.iter().map(String::len).sum();
    // Allocations of the store's first use do not belong to a collection.
    store.fill(keys, &|n| work.value(n));
    let mut collections = Vec::with_capacity(COLLECTIONS);
    counting::during(|| {
        let before = store.requested();
        for _ in 0..COLLECTIONS {
            let collection = store.new_collection();
            collection.fill(keys, &|n| work.value(n));
            collections.push(collection);
        }
        vec![(store.requested() - before) as f64 / COLLECTIONS as f64 - of_keys as f64]
    })
}
