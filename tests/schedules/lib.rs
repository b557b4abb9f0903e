//! Tests of the in-memory engine under many thread schedules, chosen by the model checker shuttle.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p kv-schedules --target-dir target/schedules` builds
//! kv-core with shuttle's locks, atomics and threads (`kv-core/src/sync/model.rs`). Each scenario
//! then runs about 200 times, each time with another interleaving of its threads: half of the
//! schedules are random, half are chosen by PCT (Burckhardt and others, "A randomized scheduler
//! with probabilistic guarantees of finding bugs", ASPLOS 2010). Without the flag this crate is
//! empty.
//!
//! A broken promise fails an assertion. A lost wake-up, or a thread that does not end, is a
//! deadlock, which shuttle reports. Both failures print their schedule. `KV_SCHEDULES=<n>` sets the
//! number of schedules of each kind; `KV_REPLAY=<schedule>` with the name of one test repeats one
//! schedule.

#![cfg(all(shuttle, test))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests state their promise in their names"
)]

mod bypass;
mod eviction;
mod expiry;
mod expiry_thread;
mod flight;
mod growth;
mod limits;
mod tenants;
mod update;
mod watch;
mod watch_waking;

use kv_core::{Expiry, KvStore, KvType, ManualClock, SetOptions, TypedStore};
use shuttle::scheduler::{
    PctScheduler, RandomScheduler, ReplayScheduler, Scheduler, UncontrolledNondeterminismCheckScheduler,
};
use shuttle::{Config, Runner};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A type without a TTL.
#[derive(Clone, Debug, PartialEq, KvType)]
struct Count {
    n: u64,
}

/// A type with at most two entries.
#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(max_entries = 2, evict = "oldest")]
struct Recent {
    n: u64,
}

/// Number of schedules of each kind for a scenario, unless `KV_SCHEDULES` is set.
const SCHEDULES: usize = 100;

/// Depth of PCT: it changes thread priorities at `DEPTH - 1` steps.
const DEPTH: usize = 4;

/// Runs a scenario under many schedules.
fn check(scenario: impl Fn() + Send + Sync + 'static) {
    let scenario = Arc::new(scenario);
    if let Ok(schedule) = env::var("KV_REPLAY") {
        run("replayed", ReplayScheduler::new_from_encoded(&schedule), &scenario);
        return;
    }
    let schedules = env::var("KV_SCHEDULES").map_or(SCHEDULES, |n| n.parse().expect("a number"));
    // Runs each schedule twice: a schedule reproduces a failure only if the scheduler decides
    // everything.
    let twice = UncontrolledNondeterminismCheckScheduler::new(RandomScheduler::new(schedules / 10));
    run("repeated", twice, &scenario);
    run("random", RandomScheduler::new(schedules), &scenario);
    run("PCT", PctScheduler::new(DEPTH, schedules), &scenario);
}

fn run(kind: &str, scheduler: impl Scheduler + 'static, scenario: &Arc<impl Fn() + Send + Sync + 'static>) {
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    // Silences the warning that all atomics are treated as sequentially consistent.
    config.silence_warnings = true;
    let (scenario, started) = (Arc::clone(scenario), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&started);
    let scenario = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        scenario();
    };
    let run = catch_unwind(AssertUnwindSafe(|| Runner::new(scheduler, config).run(scenario)));
    if let Err(panic) = run {
        // shuttle has printed the schedule.
        eprintln!(
            "failed in {kind} schedule {}; set KV_REPLAY=<schedule> to repeat it",
            started.load(Ordering::Relaxed)
        );
        resume_unwind(panic);
    }
}

/// A store with a manual clock, and a typed store of one tenant in it.
struct Given<T> {
    clock: ManualClock,
    kv: KvStore,
    store: TypedStore<T>,
}

fn given<T: KvType>(expiry: Expiry) -> Given<T> {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(expiry).build();
    let store = another_handle(&kv);
    Given { clock, kv, store }
}

/// Returns a new handle, which has not looked up its tenant and collection yet.
fn another_handle<T: KvType>(kv: &KvStore) -> TypedStore<T> {
    kv.tenant("acme.example").unwrap().typed()
}

fn count(n: u64) -> Count {
    Count { n }
}

/// Returns the number stored under a key.
fn n(store: &TypedStore<Count>, key: &str) -> Option<u64> {
    store.get(key).map(|count| count.n)
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn ttl(seconds: u64) -> SetOptions {
    SetOptions::new().ttl(secs(seconds))
}
