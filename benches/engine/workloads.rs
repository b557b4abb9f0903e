//! What is measured, and how.

use crate::counting;
use crate::peers::{
    Cursor, DashMap, LockedBTreeMap, LockedHashMap, MiniMoka, Moka, Ours, Papaya, Peer, QuickCache,
    SccHashMap, SccTreeIndex, Shards, SkipMap, Value,
};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Instant;

/// How much is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    rounds: usize,
    /// Operations of one measurement.
    operations: usize,
    /// Up to how many entries a store is filled.
    most: usize,
}

impl Scale {
    pub(crate) const FULL: Self = Self { rounds: 9, operations: 400_000, most: 1_000_000 };
    pub(crate) const QUICK: Self = Self { rounds: 3, operations: 60_000, most: 200_000 };
}

/// What one peer took in one workload: nanoseconds an operation, or bytes an entry, a figure a round.
pub(crate) struct Figures {
    pub(crate) peer: &'static str,
    pub(crate) rounds: Vec<f64>,
}

/// Something to measure.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) run: fn(&Scale) -> Vec<Figures>,
}

pub(crate) fn all() -> Vec<Workload> {
    let ns = "ns";
    vec![
        Workload { name: "get 1k", unit: ns, run: |scale| prepared::<Get>(scale, 1_000) },
        Workload { name: "get 100k", unit: ns, run: |scale| prepared::<Get>(scale, 100_000) },
        Workload { name: "set over 1k", unit: ns, run: |scale| prepared::<Set>(scale, 1_000) },
        Workload { name: "set over 100k", unit: ns, run: |scale| prepared::<Set>(scale, 100_000) },
        Workload { name: "update 100k", unit: ns, run: |scale| prepared::<Update>(scale, 100_000) },
        Workload {
            name: "90/10 uniform, 1 thread",
            unit: ns,
            run: |scale| prepared::<Mixed<1, false>>(scale, 100_000),
        },
        Workload {
            name: "90/10 uniform, 2 threads",
            unit: ns,
            run: |scale| prepared::<Mixed<2, false>>(scale, 100_000),
        },
        Workload {
            name: "90/10 zipf, 1 thread",
            unit: ns,
            run: |scale| prepared::<Mixed<1, true>>(scale, 100_000),
        },
        Workload {
            name: "90/10 zipf, 2 threads",
            unit: ns,
            run: |scale| prepared::<Mixed<2, true>>(scale, 100_000),
        },
        Workload {
            name: "90/10 zipf, 4 threads",
            unit: ns,
            run: |scale| prepared::<Mixed<4, true>>(scale, 100_000),
        },
        Workload { name: "scan 100 of 100k", unit: ns, run: |scale| prepared::<Scan<100>>(scale, 100_000) },
        Workload {
            name: "scan all of 100k",
            unit: ns,
            run: |scale| prepared::<Scan<{ usize::MAX }>>(scale, 100_000),
        },
        Workload { name: "insert to 1M", unit: ns, run: fresh::<Insert> },
        Workload { name: "delete from 1M", unit: ns, run: fresh::<Delete> },
        Workload { name: "read p99.99 while growing", unit: ns, run: fresh::<ReadTail> },
        Workload { name: "bytes an entry", unit: "bytes", run: fresh::<Bytes> },
    ]
}

/// What is done to a store, and the figure that comes of it.
trait Measurement {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64;
}

struct Work<'a> {
    /// In no order.
    keys: &'a [String],
    values: &'a [Value],
    operations: usize,
    round: usize,
}

impl Work<'_> {
    fn value(&self, n: usize) -> Value {
        Arc::clone(&self.values[n % self.values.len()])
    }

    /// Nanoseconds an operation, made on one key after the other, another sequence in each round.
    fn each(&self, mut operation: impl FnMut(usize, &str)) -> f64 {
        let mut random = Random::new(self.round);
        let sequence: Vec<_> = (0..self.operations).map(|_| random.below(self.keys.len())).collect();
        let start = Instant::now();
        for (n, at) in sequence.into_iter().enumerate() {
            operation(n, &self.keys[at]);
        }
        start.elapsed().as_nanos() as f64 / self.operations as f64
    }
}

struct Get;

impl Measurement for Get {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        work.each(|_, key| {
            black_box(store.get(key));
        })
    }
}

struct Set;

impl Measurement for Set {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        work.each(|n, key| store.set(key, work.value(n)))
    }
}

struct Update;

impl Measurement for Update {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        work.each(|_, key| store.update(key))
    }
}

/// Nine reads to a write, by several threads, of keys that are all alike or of which few are wanted most.
struct Mixed<const THREADS: usize, const ZIPF: bool>;

impl<const THREADS: usize, const ZIPF: bool> Measurement for Mixed<THREADS, ZIPF> {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        let zipf = ZIPF.then(|| Zipf::new(work.keys.len()));
        let sequence = |thread| -> Vec<usize> {
            let mut random = Random::new(work.round * 64 + thread);
            let mut next = || match &zipf {
                Some(zipf) => zipf.next(&mut random),
                None => random.below(work.keys.len()),
            };
            (0..work.operations / THREADS).map(|_| next()).collect()
        };
        let sequences: Vec<_> = (0..THREADS).map(sequence).collect();
        let barrier = Barrier::new(THREADS);
        let run = |sequence: &[usize]| {
            barrier.wait();
            let start = Instant::now();
            for (n, at) in sequence.iter().enumerate() {
                let key = &work.keys[*at];
                if n % 10 == 0 { store.set(key, work.value(n)) } else { drop(black_box(store.get(key))) }
            }
            start.elapsed().as_nanos() as f64 / sequence.len() as f64
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = sequences.iter().map(|sequence| scope.spawn(|| run(sequence))).collect();
            let times = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
            times.sum::<f64>() / THREADS as f64
        })
    }
}

struct Scan<const MOST: usize>;

impl<const MOST: usize> Measurement for Scan<MOST> {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        // Those that go through everything need not do it often.
        let slow = !P::ORDERED || MOST > work.keys.len();
        let times = if slow { 3 } else { work.operations / 100 };
        let mut random = Random::new(work.round);
        let start = Instant::now();
        for _ in 0..times {
            // A hundred keys begin alike with all but their last two digits.
            let key = &work.keys[random.below(work.keys.len())];
            let prefix = if MOST == 100 { &key[..key.len() - 2] } else { "cursor:" };
            let seen = black_box(store.scan(prefix, MOST));
            assert_eq!(seen, MOST.min(work.keys.len()), "{}", P::NAME);
        }
        start.elapsed().as_nanos() as f64 / times as f64
    }
}

struct Insert;

impl Measurement for Insert {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        let start = Instant::now();
        for (n, key) in work.keys.iter().enumerate() {
            store.set(key, work.value(n));
        }
        start.elapsed().as_nanos() as f64 / work.keys.len() as f64
    }
}

struct Delete;

impl Measurement for Delete {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        Insert::run(store, work);
        let start = Instant::now();
        for key in work.keys.iter().rev() {
            store.remove(key);
        }
        start.elapsed().as_nanos() as f64 / work.keys.len() as f64
    }
}

/// What one read in ten thousand takes at least, while another thread inserts.
struct ReadTail;

impl Measurement for ReadTail {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        let (there, coming) = work.keys.split_at(work.keys.len() / 100);
        for key in there {
            store.set(key, Cursor::any());
        }
        let growing = AtomicBool::new(true);
        let mut times: Vec<u64> = Vec::with_capacity(4 * work.keys.len());
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
        times.get(times.len() - 1 - times.len() / 10_000).map_or(f64::NAN, |nanos| *nanos as f64)
    }
}

/// What the store has requested for an entry, its value apart.
struct Bytes;

impl Measurement for Bytes {
    fn run<P: Peer>(store: &P, work: &Work<'_>) -> f64 {
        counting::during(|| {
            let before = counting::live();
            for (n, key) in work.keys.iter().enumerate() {
                store.set(key, work.value(n));
            }
            (counting::live() - before) as f64 / work.keys.len() as f64
        })
    }
}

/// One measurement of one peer in one round.
type Measure = Box<dyn FnMut(usize) -> f64>;

macro_rules! for_every_peer {
    ($make:ident::<$measurement:ident>($($args:tt)*)) => {
        vec![
            $make::<Ours, $measurement>($($args)*),
            $make::<DashMap, $measurement>($($args)*),
            $make::<Papaya, $measurement>($($args)*),
            $make::<SccHashMap, $measurement>($($args)*),
            $make::<SccTreeIndex, $measurement>($($args)*),
            $make::<SkipMap, $measurement>($($args)*),
            $make::<QuickCache, $measurement>($($args)*),
            $make::<Moka, $measurement>($($args)*),
            $make::<MiniMoka, $measurement>($($args)*),
            $make::<LockedHashMap, $measurement>($($args)*),
            $make::<LockedBTreeMap, $measurement>($($args)*),
            $make::<Shards, $measurement>($($args)*),
        ]
    };
}

/// Measures stores that are filled once, with so many entries.
fn prepared<M: Measurement + 'static>(scale: &Scale, entries: usize) -> Vec<Figures> {
    fn one<P: Peer, M: Measurement>(keys: &Arc<[String]>, operations: usize) -> (&'static str, Measure) {
        let store = P::new();
        for key in keys.iter() {
            store.set(key, Cursor::any());
        }
        let (keys, values) = (Arc::clone(keys), pool());
        let run = move |round| M::run(&store, &Work { keys: &keys, values: &values, operations, round });
        (P::NAME, Box::new(run))
    }
    let keys = keys(entries);
    interleaved(scale.rounds, for_every_peer!(one::<M>(&keys, scale.operations)))
}

/// Measures a new store in every round.
fn fresh<M: Measurement + 'static>(scale: &Scale) -> Vec<Figures> {
    fn one<P: Peer, M: Measurement>(keys: &Arc<[String]>) -> (&'static str, Measure) {
        let (keys, values) = (Arc::clone(keys), pool());
        let run = move |round| {
            let work = Work { keys: &keys, values: &values, operations: keys.len(), round };
            M::run(&P::new(), &work)
        };
        (P::NAME, Box::new(run))
    }
    let keys = keys(scale.most);
    interleaved(scale.rounds.div_ceil(3), for_every_peer!(one::<M>(&keys)))
}

/// Runs a measurement of every peer in every round.
fn interleaved(rounds: usize, mut peers: Vec<(&'static str, Measure)>) -> Vec<Figures> {
    let mut figures: Vec<_> = peers.iter().map(|(peer, _)| Figures { peer, rounds: Vec::new() }).collect();
    for round in 0..rounds {
        // A different one goes first in each round.
        for turn in 0..peers.len() {
            let at = (turn + round) % peers.len();
            figures[at].rounds.push(peers[at].1(round));
        }
    }
    figures
}

/// Keys of 19 bytes, in no order.
fn keys(count: usize) -> Arc<[String]> {
    let mut keys: Vec<_> = (0..count).map(|n| format!("cursor:user:{n:07}")).collect();
    let mut random = Random::new(1);
    for at in (1..keys.len()).rev() {
        keys.swap(at, random.below(at + 1));
    }
    keys.into()
}

/// Values to write, enough of them that threads do not meet at one count.
fn pool() -> Vec<Value> {
    (0..1024).map(|_| Cursor::any()).collect()
}

/// The same numbers in every run. Source: Marsaglia, "Xorshift RNGs" (2003).
struct Random(u64);

impl Random {
    fn new(seed: usize) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ ((seed as u64 + 1) << 17))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }
}

/// Numbers of which the n-th is wanted 1/n^0.99 as often as the first, as in the YCSB benchmark.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(count: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=count).map(|rank| {
            sum += (rank as f64).powf(-0.99);
            sum
        });
        Self(sums.collect())
    }

    fn next(&self, random: &mut Random) -> usize {
        let last = self.0.last().copied().unwrap_or(1.0);
        let wanted = random.next() as f64 / u64::MAX as f64 * last;
        self.0.partition_point(|sum| *sum < wanted).min(self.0.len() - 1)
    }
}
