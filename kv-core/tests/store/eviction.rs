//! A type with `max_entries` keeps the most recently written entries.

use crate::secs;
use kv_core::{
    Change, Clock, Error, Expiry, KvStore, KvType, Limit, Limits, ManualClock, SetOptions, TypedStore,
};
use std::time::{Duration, SystemTime};

#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(max_entries = 3, evict = "oldest")]
struct Recent {
    n: u32,
}

fn recent(n: u32) -> Recent {
    Recent { n }
}

fn given(limits: Limits) -> (ManualClock, TypedStore<Recent>) {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).limits(limits).build();
    (clock, kv.tenant("acme.example").unwrap().typed())
}

fn keys(store: &TypedStore<Recent>) -> Vec<String> {
    store.keys("").map(|key| key.to_string()).collect()
}

fn received(watch: &kv_core::Watch<Recent>) -> Vec<String> {
    let short = |change| match change {
        Change::Set(entry) => entry.key.to_string(),
        Change::Evicted { key, .. } => format!("!{key}"),
        Change::Expired { key, .. } => format!("~{key}"),
        other => format!("{other:?}"),
    };
    std::iter::from_fn(|| watch.try_recv()).map(short).collect()
}

#[test]
fn least_recently_written_entry_is_evicted() {
    let (_, store) = given(Limits::default());
    for key in ["a", "b", "c"] {
        store.set(key, recent(1)).unwrap();
    }
    let watch = store.watch("");
    assert_eq!(received(&watch), ["Reset", "a", "b", "c", "Ready"]);
    store.set("a", recent(2)).unwrap();
    store.touch("b", secs(60)).unwrap();
    store.get("b");
    let before = store.get_entry("c").unwrap().version;
    let version = store.set("d", recent(1)).unwrap();
    assert_eq!(keys(&store), ["a", "c", "d"], "reading and touching do not count as writes");
    assert_eq!(version.get(), before.get() + 3, "an eviction takes a version");
    assert_eq!(received(&watch), ["a", "!b", "d"]);
    assert_eq!(store.stats().evictions, 1);
    store.update("e", |_| Some(recent(1))).unwrap();
    store.get_or_insert_with("f", || recent(1)).unwrap();
    assert_eq!(keys(&store), ["d", "e", "f"]);
    assert_eq!((store.len(), store.stats().entries, store.stats().evictions), (3, 3, 3));
}

#[test]
fn expired_entries_are_removed_before_any_is_evicted() {
    let (clock, store) = given(Limits::default());
    store.set("a", recent(1)).unwrap();
    store.set_with("b", recent(1), SetOptions::new().ttl(secs(5))).unwrap();
    store.set("c", recent(1)).unwrap();
    clock.advance(secs(5));
    let watch = store.watch("");
    store.set("d", recent(1)).unwrap();
    assert_eq!(keys(&store), ["a", "c", "d"]);
    assert_eq!((store.stats().evictions, store.stats().expirations), (0, 1));
    received(&watch);
    store.set("e", recent(1)).unwrap();
    assert_eq!(received(&watch), ["!a", "e"]);
}

#[test]
fn overwriting_and_recreating_an_entry_evict_nothing() {
    let (_, store) = given(Limits::default());
    for n in 0..100 {
        store.set(["a", "b", "c"][n as usize % 3], recent(n)).unwrap();
    }
    store.delete("a");
    store.set("a", recent(1)).unwrap();
    assert_eq!((store.len(), store.stats().evictions), (3, 0));
}

#[test]
fn set_many_beyond_max_entries_keeps_the_last_values() {
    let (_, store) = given(Limits::default());
    store.set("a", recent(1)).unwrap();
    store.set_many(["b", "c", "d", "a", "e"].map(|key| (key, recent(2)))).unwrap();
    assert_eq!(keys(&store), ["a", "d", "e"]);
    assert_eq!(store.stats().entries, 3);
    store.clear();
    store.set("z", recent(1)).unwrap();
    assert_eq!(keys(&store), ["z"]);
}

#[test]
fn victims_free_their_bytes_for_the_new_entry() {
    let (_, store) = given(Limits::default().entries_per_tenant(3));
    for key in ["a", "b", "c", "d", "e"] {
        store.set(key, recent(1)).unwrap();
    }
    assert_eq!(keys(&store), ["c", "d", "e"]);
    let (_, store) = given(Limits::default().entries_per_tenant(2));
    store.set("a", recent(1)).unwrap();
    store.set("b", recent(1)).unwrap();
    let refused = store.set("c", recent(1));
    assert_eq!(refused, Err(Error::LimitExceeded { limit: Limit::EntriesPerTenant, allowed: 2 }));
    assert_eq!(keys(&store), ["a", "b"], "a failed write evicts nothing");
}

#[test]
fn refused_write_evicts_nothing() {
    let (_, store) = given(Limits::default());
    for key in ["a", "b", "c"] {
        store.set(key, recent(1)).unwrap();
    }
    assert!(store.set_with("d", recent(1), SetOptions::new().if_present()).is_err());
    assert!(store.set("", recent(1)).is_err());
    assert_eq!(keys(&store), ["a", "b", "c"]);
}

#[test]
fn max_entries_applies_to_each_tenant() {
    let kv = KvStore::new();
    for host in ["a.example", "b.example"] {
        let store = kv.tenant(host).unwrap().typed::<Recent>();
        for n in 0..10 {
            store.set(n.to_string(), recent(n)).unwrap();
        }
        assert_eq!(keys(&store), ["7", "8", "9"]);
    }
    assert_eq!((kv.stats().entries, kv.stats().evictions), (6, 14));
}

#[test]
fn set_many_and_set_find_the_same_room() {
    let (_, store) = given(Limits::default().entries_per_tenant(3));
    store.set_many(["a", "b", "c"].map(|key| (key, recent(1)))).unwrap();
    store.set_many([("d", recent(1))]).unwrap();
    assert_eq!(keys(&store), ["b", "c", "d"]);
}

/// Values that panic when they are dropped.
#[derive(Debug, KvType)]
#[kv(max_entries = 2, evict = "oldest")]
struct Unruly {
    n: u32,
}

impl Drop for Unruly {
    fn drop(&mut self) {
        assert_ne!(self.n, 0, "on purpose");
    }
}

/// Runs itself in a child process, because a double panic would abort it.
#[test]
fn evicted_and_replaced_values_that_panic_are_dropped_separately() {
    const INSIDE: &str = "KV_TEST_UNRULY";
    if std::env::var_os(INSIDE).is_none() {
        let name = "eviction::evicted_and_replaced_values_that_panic_are_dropped_separately";
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command.args([name, "--exact", "--nocapture"]).env(INSIDE, "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text} {:?}", output.status);
        return;
    }
    let store = KvStore::new().tenant("acme.example").unwrap().typed::<Unruly>();
    store.set_many([("a", Unruly { n: 0 }), ("b", Unruly { n: 0 })]).unwrap();
    let both = [("b", Unruly { n: 1 }), ("c", Unruly { n: 2 })];
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.set_many(both)));
    assert!(outcome.is_err(), "the first panic reaches the caller");
    assert_eq!(store.len(), 2);
}

/// Clears more entries than removals are kept.
#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(max_entries = 600, evict = "oldest")]
struct Latest {
    n: u32,
}

#[test]
fn eviction_order_is_kept_after_clear() {
    let store = KvStore::new().tenant("acme.example").unwrap().typed::<Latest>();
    for round in 0..2 {
        for n in 0..601 {
            store.set(format!("{n:03}"), Latest { n }).unwrap();
        }
        assert_eq!((store.len(), store.contains("000"), store.contains("001")), (600, false, true));
        assert_eq!(store.stats().evictions, round + 1);
        store.clear();
    }
}

#[test]
fn set_many_frees_the_bytes_of_its_victims() {
    let (clock, store) = given(Limits::default().entries_per_tenant(8));
    for _ in 0..10 {
        store.set_many(["a", "b", "c", "d", "e"].map(|key| (key, recent(1)))).unwrap();
    }
    assert_eq!(keys(&store), ["c", "d", "e"]);
    store.clear();
    // The expired entry is removed once, although it is also the oldest.
    store.set_with("f", recent(1), SetOptions::new().ttl(secs(1))).unwrap();
    store.set_many(["x", "y"].map(|key| (key, recent(1)))).unwrap();
    clock.advance(secs(1));
    let watch = store.watch("");
    assert_eq!(received(&watch), ["Reset", "x", "y", "Ready"]);
    store.set_many(["g", "h"].map(|key| (key, recent(1)))).unwrap();
    assert_eq!(received(&watch), ["~f", "!x", "g", "h"]);
    assert_eq!(keys(&store), ["g", "h", "y"]);
}

#[test]
fn set_many_evicts_nothing_while_enough_entries_have_expired() {
    let (clock, store) = given(Limits::default());
    for (key, ttl) in [("a", 1), ("b", 60), ("c", 1)] {
        store.set_with(key, recent(1), SetOptions::new().ttl(secs(ttl))).unwrap();
    }
    clock.advance(secs(1));
    let watch = store.watch("");
    assert_eq!(received(&watch), ["Reset", "b", "Ready"]);
    store.set_many(["d", "e"].map(|key| (key, recent(1)))).unwrap();
    assert_eq!(received(&watch), ["~a", "~c", "d", "e"]);
    assert_eq!(keys(&store), ["b", "d", "e"]);
}

#[test]
fn expired_entry_that_is_overwritten_is_no_victim() {
    let (clock, store) = given(Limits::default());
    store.set_with("a", recent(1), SetOptions::new().ttl(secs(1))).unwrap();
    for key in ["b", "c"] {
        store.set(key, recent(1)).unwrap();
    }
    clock.advance(secs(1));
    let watch = store.watch("");
    assert_eq!(received(&watch), ["Reset", "b", "c", "Ready"]);
    store.set_many(["d", "a"].map(|key| (key, recent(1)))).unwrap();
    assert_eq!(received(&watch), ["!b", "d", "~a", "a"]);
    assert_eq!((store.stats().evictions, store.stats().expirations), (1, 1));
}

/// A clock that calls no waker, so that the thread does not remove expired entries.
#[derive(Clone)]
struct Silent(ManualClock);

impl Clock for Silent {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn system_time(&self) -> SystemTime {
        self.0.system_time()
    }
}

#[test]
fn what_was_given_more_time_is_not_taken_for_due() {
    let clock = Silent(ManualClock::new());
    let store = KvStore::builder().clock(clock.clone()).build().tenant("acme.example").unwrap().typed();
    let ttl = |seconds| SetOptions::new().ttl(secs(seconds));
    store.set_with("a", recent(1), ttl(500)).unwrap();
    store.set("b", recent(1)).unwrap();
    store.set("c", recent(1)).unwrap();
    store.set_with("a", recent(2), ttl(5000)).unwrap();
    clock.0.advance(secs(600));
    store.set("d", recent(1)).unwrap();
    assert_eq!(keys(&store), ["a", "c", "d"]);
}
