//! Scripts of operations, and the recording of their histories.

use crate::history::{Call, How, If, KEYS, Key, Kind, Life, Op, Outcome, Value};
use crate::pause::pause;
use crate::store::{Change, Store, TICK, Watcher};
use fastrand::Rng;
use kv_core::{Clock, ManualClock};
use std::collections::{BTreeMap, HashMap};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// The operations of each thread, generated from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    /// Whether the store's expiry thread removes expired entries.
    pub(crate) in_background: bool,
    pub(crate) threads: Vec<Vec<Op>>,
    pub(crate) watchers: usize,
}

impl Script {
    pub(crate) fn from_seed(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let kind = Kind::ALL[rng.usize(..Kind::ALL.len())];
        let keys = rng.usize(1..=KEYS.len());
        let writers = rng.usize(2..=3);
        let mut threads: Vec<Vec<Op>> = (0..writers)
            .map(|thread| {
                let first = u32::try_from(thread).unwrap() * 100;
                (first..first + rng.u32(4..=7)).map(|nth| op(rng, keys, 2 * nth)).collect()
            })
            .collect();
        // One more thread advances the clock and removes expired entries.
        let pass = |rng: &mut Rng| if rng.u8(..3) == 0 { Op::Purge } else { Op::Advance };
        threads.push((0..rng.usize(0..=5)).map(|_| pass(rng)).collect());
        Self { seed, kind, in_background: rng.bool(), threads, watchers: rng.usize(0..=2) }
    }
}

/// Returns a random operation on the first `keys` keys. Its values are identified by `by` and the
/// number after it.
fn op(rng: &mut Rng, keys: usize, by: u32) -> Op {
    let key = KEYS[rng.usize(..keys)];
    let value = Value { by, count: rng.u32(..3) };
    let life = match rng.u8(..8) {
        0..3 => Life::OfType,
        3..5 => Life::Ticks(rng.u64(1..=3)),
        5 => Life::Never,
        _ => Life::Keep,
    };
    let on = match rng.u8(..8) {
        0 => If::Absent,
        1 => If::Present,
        2..5 => If::Version(0),
        _ => If::Anything,
    };
    match rng.u8(..40) {
        0..12 => Op::Set { key, value, life, on },
        12..14 => Op::SetMany(vec![(key, value), (KEYS[rng.usize(..keys)], Value { by: by + 1, ..value })]),
        14..16 => Op::Update { key, by, how: How::Toggle },
        16..20 => Op::Update { key, by, how: [How::Count, How::Modify, How::Try][rng.usize(..3)] },
        20..23 => Op::GetOrInsert { key, value },
        23..25 => Op::Delete(key),
        25 => Op::DeleteIf(key, 0),
        26 => Op::Clear,
        27 => Op::Touch { key, ticks: rng.u64(1..=3) },
        28 => Op::Persist(key),
        29..31 => Op::Get(key),
        31..36 => Op::GetEntry(key),
        36 => Op::GetMany(KEYS[..keys].to_vec()),
        37 => Op::Count,
        _ => Op::Scan,
    }
}

/// The calls of all threads, the streams of all watchers, and the final state.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    pub(crate) calls: Vec<Call>,
    pub(crate) streams: Vec<Vec<Observation>>,
    /// The entries and their versions after all threads have ended.
    pub(crate) final_state: BTreeMap<Key, (Value, u64)>,
}

/// An observation of a watcher, with its times.
#[derive(Clone, Debug)]
pub(crate) struct Observation {
    pub(crate) called: u64,
    pub(crate) returned: u64,
    pub(crate) clock: (u64, u64),
    pub(crate) what: Observed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Observed {
    /// A watch started, from a snapshot or after a version.
    Started {
        after: Option<u64>,
    },
    Change(Change),
    /// No change was available.
    Idle,
}

struct Recorder<'a> {
    store: &'a dyn Store,
    clock: &'a ManualClock,
    stamps: AtomicU64,
}

impl Recorder<'_> {
    fn stamp(&self) -> u64 {
        self.stamps.fetch_add(1, Ordering::SeqCst)
    }

    fn tick(&self) -> u64 {
        self.clock.now().as_secs() / TICK.as_secs()
    }

    fn timed<R>(&self, act: impl FnOnce() -> R) -> (R, (u64, u64), (u64, u64)) {
        let (called, from) = (self.stamp(), self.tick());
        let result = act();
        let to = self.tick();
        (result, (called, self.stamp()), (from, to))
    }

    fn call(&self, thread: usize, op: Op) -> Call {
        let (outcome, (called, returned), clock) = self.timed(|| self.store.perform(&op));
        Call { thread, called, returned, clock, op, outcome }
    }

    fn run_thread(&self, thread: usize, ops: &[Op]) -> Vec<Call> {
        let mut last_seen = HashMap::new();
        let mut calls = Vec::new();
        for op in ops {
            let call = self.call(thread, with_version(op, &last_seen));
            note_version(&call, &mut last_seen);
            calls.push(call);
            pause();
        }
        calls
    }

    /// Watches and resumes at random until all writers have ended.
    fn run_watcher(&self, writers_ended: &AtomicBool) -> Vec<Observation> {
        let mut stream = Vec::new();
        let receive = |stream: &mut Vec<Observation>, watcher: &mut Box<dyn Watcher + '_>| {
            let (change, (called, returned), clock) = self.timed(|| watcher.next());
            let what = change.map_or(Observed::Idle, Observed::Change);
            stream.push(Observation { called, returned, clock, what });
            what != Observed::Idle
        };
        let start = |stream: &mut Vec<Observation>, after| {
            let (watcher, (called, returned), clock) = self.timed(|| self.store.watch(after));
            stream.push(Observation { called, returned, clock, what: Observed::Started { after } });
            watcher
        };
        for _ in 0..fastrand::u8(..4) {
            pause();
        }
        let mut watcher = start(&mut stream, None);
        // The checker treats each idle observation as a read of all entries; a few are enough.
        let mut idle = 0;
        while !writers_ended.load(Ordering::SeqCst) {
            if idle < 6 {
                idle += u32::from(!receive(&mut stream, &mut watcher));
            }
            if fastrand::u8(..12) == 0 {
                let after = watcher.version();
                drop(watcher);
                pause();
                watcher = start(&mut stream, after);
            }
            pause();
        }
        while receive(&mut stream, &mut watcher) {}
        stream
    }
}

/// Runs a script on a new store and records it.
pub(crate) fn run(script: &Script, store: &dyn Store, clock: &ManualClock) -> Recording {
    let recorder = &Recorder { store, clock, stamps: AtomicU64::new(0) };
    let (barrier, writers_ended) = (&Barrier::new(script.threads.len()), &AtomicBool::new(false));
    thread::scope(|scope| {
        let watchers: Vec<_> =
            (0..script.watchers).map(|_| scope.spawn(|| recorder.run_watcher(writers_ended))).collect();
        let threads = script.threads.iter().enumerate();
        let threads: Vec<_> = threads
            .map(|(thread, ops)| {
                scope.spawn(move || {
                    barrier.wait();
                    recorder.run_thread(thread, ops)
                })
            })
            .collect();
        let mut calls: Vec<Call> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        // Reads the final state, so that a wrong one is detected.
        let last = script.threads.len();
        calls.push(recorder.call(last, Op::Purge));
        calls.extend(KEYS.map(|key| recorder.call(last, Op::GetEntry(key))));
        writers_ended.store(true, Ordering::SeqCst);
        let streams = watchers.into_iter().map(|watcher| watcher.join().unwrap()).collect();
        let last_calls = calls.iter().filter(|call| call.thread == last);
        let found = last_calls.filter_map(|call| match (&call.op, &call.outcome) {
            (Op::GetEntry(key), Outcome::Entry(Some(read))) => Some((*key, (read.value, read.version))),
            _ => None,
        });
        Recording { final_state: found.collect(), streams, calls }
    })
}

fn with_version(op: &Op, last_seen: &HashMap<Key, u64>) -> Op {
    let seen = |key| last_seen.get(key).copied().unwrap_or(1);
    match *op {
        Op::Set { key, value, life, on: If::Version(0) } => {
            Op::Set { key, value, life, on: If::Version(seen(key)) }
        }
        Op::DeleteIf(key, 0) => Op::DeleteIf(key, seen(key)),
        ref op => op.clone(),
    }
}

fn note_version(call: &Call, last_seen: &mut HashMap<Key, u64>) {
    let (Op::Set { key, .. } | Op::DeleteIf(key, _) | Op::GetEntry(key)) = &call.op else { return };
    let version = match &call.outcome {
        Outcome::Versions(versions) => versions.first().copied(),
        Outcome::Conflict(current) => *current,
        Outcome::Entry(seen) => seen.map(|seen| seen.version),
        _ => None,
    };
    last_seen.extend(version.map(|version| (*key, version)));
}
