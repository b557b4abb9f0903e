//! What is done to one store in one round, and the figures that come of it, one a table of the workload.

use crate::input::Input;
use crate::peers::Peer;
use benches::counting;
use benches::random::Random;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Instant;

/// What a measurement works on and how much it does.
pub(crate) struct Work<'a, V> {
    pub(crate) input: &'a Input,
    /// Values to write, enough of them that threads do not meet at one count.
    pub(crate) values: &'a [Arc<V>],
    pub(crate) operations: usize,
    pub(crate) round: usize,
}

impl<V> Work<'_, V> {
    fn value(&self, n: usize) -> Arc<V> {
        Arc::clone(&self.values[n % self.values.len()])
    }

    /// Nanoseconds an operation, made on one key after the other, another sequence in each round.
    fn each(&self, mut operation: impl FnMut(usize, &str)) -> Vec<f64> {
        let sequence = self.input.uniform(self.round, self.operations);
        let start = Instant::now();
        for (n, at) in sequence.iter().enumerate() {
            operation(n, &self.input.keys[*at]);
        }
        vec![nanos_each(start, sequence.len())]
    }

    /// The sequence of one of several threads.
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
        // The first overwrite of a key frees a value that stood alone, which takes the allocator longer than the store.
        store.fill(&work.input.keys, &|n| work.value(n));
    }
    work.each(|n, key| store.set(key, work.value(n)))
}

pub(crate) fn update<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    work.each(|_, key| store.update(key))
}

/// Nine reads to a write.
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
    // Those that go through everything need not do it often.
    let slow = !P::ORDERED || MOST > keys.len();
    let times = if slow { work.operations.div_ceil(100_000) } else { work.operations.div_ceil(100) };
    let mut random = Random::new(work.round);
    let start = Instant::now();
    for _ in 0..times {
        // A hundred keys begin alike with all but their last two digits.
        let key = &keys[random.below(keys.len())];
        let prefix = if MOST == 100 { &key[..key.len() - 2] } else { "cursor:" };
        let seen = black_box(store.scan(prefix, MOST));
        assert_eq!(seen, MOST.min(keys.len()), "{}", P::NAME);
    }
    vec![nanos_each(start, times)]
}

pub(crate) fn insert_and_delete<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    let (there, coming) = keys.split_at(keys.len() - work.operations);
    store.fill(there, &|n| work.value(n));
    let start = Instant::now();
    for (n, key) in coming.iter().enumerate() {
        store.set(key, work.value(n));
    }
    let insert = nanos_each(start, coming.len());
    let start = Instant::now();
    for key in coming.iter().rev() {
        store.remove(key);
    }
    vec![insert, nanos_each(start, coming.len())]
}

/// What one read in ten thousand takes at least, while another thread inserts.
pub(crate) fn read_while_growing<P: Peer + Sync>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    let (there, coming) = keys.split_at(keys.len() / 100);
    store.fill(there, &|n| work.value(n));
    let growing = AtomicBool::new(true);
    let mut times: Vec<u64> = Vec::with_capacity(4 * keys.len());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (n, key) in coming.iter().enumerate() {
                store.set(key, work.value(n));
            }
            growing.store(false, Ordering::Relaxed);
        });
        let mut random = Random::new(work.round);
        while growing.load(Ordering::Relaxed) {
            let key = &there[random.below(there.len())];
            let start = Instant::now();
            black_box(store.get(key));
            times.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
    });
    times.sort_unstable();
    let nth = times.len().saturating_sub(1 + times.len() / 10_000);
    vec![times.get(nth).map_or(f64::NAN, |nanos| *nanos as f64)]
}

/// What the store has requested for an entry, its value apart.
pub(crate) fn bytes<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    let keys = &work.input.keys;
    counting::during(|| {
        let before = store.held();
        store.fill(keys, &|n| work.value(n));
        vec![(store.held() - before) as f64 / keys.len() as f64]
    })
}

/// What a collection of ten entries requests beside their keys and values, on the average of a hundred collections.
pub(crate) fn bytes_of_ten<P: Peer>(store: &P, work: &Work<'_, P::Value>) -> Vec<f64> {
    const COLLECTIONS: usize = 100;
    let keys = &work.input.keys[..10];
    let of_keys: usize = keys.iter().map(String::len).sum();
    // What a store makes once, on its first use, is no collection's.
    store.fill(keys, &|n| work.value(n));
    let mut collections = Vec::with_capacity(COLLECTIONS);
    counting::during(|| {
        let before = store.held();
        for _ in 0..COLLECTIONS {
            let collection = store.another();
            collection.fill(keys, &|n| work.value(n));
            collections.push(collection);
        }
        vec![(store.held() - before) as f64 / COLLECTIONS as f64 - of_keys as f64]
    })
}
