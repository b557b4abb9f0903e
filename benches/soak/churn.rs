//! The threads that use the store.

use crate::latency::{Latencies, Op};
use benches::random::Random;
use kv_core::{KvStore, KvType, Limits, ScanOptions, SetOptions, TypedStore, Watch};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Clone, KvType)]
struct Note {
    text: String,
}

#[derive(Clone, KvType)]
#[kv(ttl = "300ms")]
struct Presence {
    n: u64,
    items: Vec<u32>,
}

#[derive(Clone, KvType)]
#[kv(max_entries = 100, evict = "oldest")]
struct Recent {
    n: u64,
    text: String,
}

/// A type whose values are generated from random numbers.
trait Generate: KvType + Clone {
    fn generate(n: usize) -> Self;
}

impl Generate for Note {
    fn generate(n: usize) -> Self {
        Self { text: "n".repeat(n % 1500) }
    }
}

impl Generate for Presence {
    fn generate(n: usize) -> Self {
        Self { n: n as u64, items: vec![7; n % 60] }
    }
}

impl Generate for Recent {
    fn generate(n: usize) -> Self {
        Self { n: n as u64, text: "r".repeat(n % 300) }
    }
}

/// Permanent tenants. One in fifty visits is to a new tenant instead.
const TENANTS: usize = 12;
/// Keys of a type in a tenant. Types with a TTL also use new keys.
const KEYS: usize = 600;
const WORKERS: usize = 3;
/// Most watches of one type that a worker keeps; another one replaces the oldest.
const WATCHES: usize = 16;

/// The running threads and their store.
pub(crate) struct Churn {
    kv: KvStore,
    done: Arc<AtomicBool>,
    workers: Vec<JoinHandle<u64>>,
}

impl Churn {
    pub(crate) fn start(latencies: &Arc<Latencies>, leaks: bool) -> Self {
        let limits =
            Limits::default().tenants(64).entries_per_tenant(600).bytes_per_tenant(512 << 10).watchers(12);
        let kv = KvStore::builder().limits(limits).build();
        let done = Arc::new(AtomicBool::new(false));
        let workers = (0..WORKERS).map(|seed| {
            let (kv, done, latencies) = (kv.clone(), Arc::clone(&done), Arc::clone(latencies));
            std::thread::spawn(move || {
                let mut worker = Worker::new(kv, seed, latencies, leaks);
                while !done.load(Ordering::Relaxed) {
                    worker.work();
                }
                worker.rejected
            })
        });
        Self { workers: workers.collect(), kv, done }
    }

    pub(crate) fn kv(&self) -> &KvStore {
        &self.kv
    }

    /// Stops the threads, drops the store, and returns how many writes limits rejected.
    pub(crate) fn stop(self) -> u64 {
        self.done.store(true, Ordering::Relaxed);
        self.workers.into_iter().map(|worker| worker.join().unwrap_or_default()).sum()
    }
}

struct Worker {
    kv: KvStore,
    random: Random,
    seed: usize,
    latencies: Arc<Latencies>,
    leaks: bool,
    notes: Vec<Watch<Note>>,
    presences: Vec<Watch<Presence>>,
    steps: usize,
    rejected: u64,
}

impl Worker {
    fn new(kv: KvStore, seed: usize, latencies: Arc<Latencies>, leaks: bool) -> Self {
        let (notes, presences) = (Vec::with_capacity(WATCHES + 1), Vec::with_capacity(WATCHES + 1));
        let random = Random::new(seed);
        Self { kv, random, seed, latencies, leaks, notes, presences, steps: 0, rejected: 0 }
    }

    fn work(&mut self) {
        self.steps += 1;
        let host = if self.random.below(50) == 0 {
            format!("visitor-{}-{}.example", self.seed, self.steps)
        } else {
            format!("tenant-{}.example", self.random.below(TENANTS))
        };
        if self.random.below(20_000) == 0 {
            self.latencies.time(Op::Drop, || self.kv.drop_tenant(&host));
        }
        let Ok(tenant) = self.kv.tenant(&host) else { return };
        // Eight operations per visit.
        for _ in 0..8 {
            match self.random.below(4) {
                0 => {
                    let notes = tenant.typed();
                    self.act(&notes, SetOptions::new());
                    watch(&mut self.notes, &notes, &mut self.random, &self.latencies);
                }
                1 => {
                    let presences = tenant.typed();
                    self.act(&presences, SetOptions::new());
                    watch(&mut self.presences, &presences, &mut self.random, &self.latencies);
                }
                2 => self.act::<Presence>(&tenant.typed(), SetOptions::new().ttl(Duration::from_millis(40))),
                _ => self.act::<Recent>(&tenant.typed(), SetOptions::new().keep_ttl()),
            }
        }
        if host.starts_with("visitor") {
            tenant.clear();
        }
    }

    /// Runs one random operation.
    fn act<T: Generate>(&mut self, store: &TypedStore<T>, options: SetOptions) {
        let n = self.random.below(1 << 30);
        let key = if T::DEFAULT_TTL.is_some() && n.is_multiple_of(3) {
            format!("user:{}:{}", self.seed, self.steps)
        } else {
            format!("user:{}", n % KEYS)
        };
        let rejected = match self.random.below(100) {
            0..45 => {
                let value = self.latencies.time(Op::Get, || store.get(&key));
                if self.leaks && n.is_multiple_of(2) {
                    // Leaks the value on purpose.
                    std::mem::forget(value);
                }
                false
            }
            45..70 => {
                let value = T::generate(n);
                self.latencies.time(Op::Set, || store.set_with(&key, value, options)).is_err()
            }
            70..80 => self
                .latencies
                .time(Op::Update, || {
                    store.update(&key, |current| current.cloned().or_else(|| Some(T::generate(n))))
                })
                .is_err(),
            80..88 => self
                .latencies
                .time(Op::GetOrInsert, || store.get_or_insert_with(&key, || T::generate(n)))
                .is_err(),
            88..97 => {
                self.latencies.time(Op::Delete, || drop(store.delete(&key)));
                false
            }
            97..99 => {
                let page = ScanOptions::new().after(&key).limit(50);
                self.latencies.time(Op::Scan, || store.scan_with("user:", page).count());
                false
            }
            _ => {
                store.delete_prefix(&key);
                store.set_many([(&key, T::generate(n)), (&key, T::generate(n + 1))]).is_err()
            }
        };
        self.rejected += u64::from(rejected);
    }
}

/// Starts, replaces or reads a watch, at random.
fn watch<T: Generate>(
    watches: &mut Vec<Watch<T>>,
    store: &TypedStore<T>,
    random: &mut Random,
    latencies: &Latencies,
) {
    match random.below(64) {
        0 => {
            let prefix = format!("user:{}", random.below(10));
            watches.push(store.watch(&prefix));
            if watches.len() > WATCHES {
                drop(watches.remove(0));
            }
        }
        1..4 if !watches.is_empty() => {
            let watch = &watches[random.below(watches.len())];
            latencies.time(Op::Watch, || std::iter::from_fn(|| watch.try_recv()).take(200).count());
        }
        _ => {}
    }
}
