//! The in-memory engine under the schedules that a model checker chooses.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p kv-schedules --target-dir target/schedules` builds kv-core with stand-ins for its
//! locks, atomics and threads (`kv-core/src/sync/model.rs`), and runs each scenario here some hundred times, each time in
//! another order of its threads' steps: half of them at random, half by PCT (Burckhardt and others, "A randomized scheduler with
//! probabilistic guarantees of finding bugs", ASPLOS 2010). Without the flag this crate is empty.
//!
//! A promise that does not hold fails an assertion; a wake-up that is lost, or a thread that does not end, is a deadlock,
//! which the checker reports. Either comes with its schedule. `KV_SCHEDULES=<n>` runs more of them, and `KV_REPLAY=<schedule>`
//! one again, for the one test that is named.

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

/// A type without a time to live.
#[derive(Clone, Debug, PartialEq, KvType)]
struct Count {
    n: u64,
}

/// A type of which there are two at most.
#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(max_entries = 2, evict = "oldest")]
struct Recent {
    n: u64,
}

/// How many schedules of each kind a scenario is run under, unless `KV_SCHEDULES` says so.
const SCHEDULES: usize = 100;

/// At how many steps PCT takes the turn from whoever has it, and one more.
const DEPTH: usize = 4;

/// Runs a scenario under many schedules.
fn check(scenario: impl Fn() + Send + Sync + 'static) {
    let scenario = Arc::new(scenario);
    if let Ok(schedule) = env::var("KV_REPLAY") {
        run("replayed", ReplayScheduler::new_from_encoded(&schedule), &scenario);
        return;
    }
    let schedules = env::var("KV_SCHEDULES").map_or(SCHEDULES, |n| n.parse().expect("a number"));
    // What the scheduler does not decide, a failing schedule does not repeat.
    let twice = UncontrolledNondeterminismCheckScheduler::new(RandomScheduler::new(schedules / 10));
    run("repeated", twice, &scenario);
    run("random", RandomScheduler::new(schedules), &scenario);
    run("PCT", PctScheduler::new(DEPTH, schedules), &scenario);
}

fn run(kind: &str, scheduler: impl Scheduler + 'static, scenario: &Arc<impl Fn() + Send + Sync + 'static>) {
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    // Of all atomics having one order.
    config.silence_warnings = true;
    let (scenario, begun) = (Arc::clone(scenario), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&begun);
    let scenario = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        scenario();
    };
    let run = catch_unwind(AssertUnwindSafe(|| Runner::new(scheduler, config).run(scenario)));
    if let Err(panic) = run {
        // The checker has said which one it was.
        eprintln!(
            "failed in {kind} schedule {}; KV_REPLAY=<it> runs it again",
            begun.load(Ordering::Relaxed)
        );
        resume_unwind(panic);
    }
}

/// A store on a clock that stands still, and the entries of one type in it.
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

/// A handle that has yet to find out where its tenant and its collection are.
fn another_handle<T: KvType>(kv: &KvStore) -> TypedStore<T> {
    kv.tenant("acme.example").unwrap().typed()
}

fn count(n: u64) -> Count {
    Count { n }
}

/// What is under a key.
fn n(store: &TypedStore<Count>, key: &str) -> Option<u64> {
    store.get(key).map(|count| count.n)
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn ttl(seconds: u64) -> SetOptions {
    SetOptions::new().ttl(secs(seconds))
}
