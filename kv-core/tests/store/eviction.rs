//! A type with `max_entries` keeps those that were written last.

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

fn told(watch: &kv_core::Watch<Recent>) -> Vec<String> {
    let short = |change| match change {
        Change::Set(entry) => entry.key.to_string(),
        Change::Evicted { key, .. } => format!("!{key}"),
        Change::Expired { key, .. } => format!("~{key}"),
        other => format!("{other:?}"),
    };
    std::iter::from_fn(|| watch.try_recv()).map(short).collect()
}

#[test]
fn the_one_that_was_written_longest_ago_makes_way() {
    let (_, store) = given(Limits::default());
    for key in ["a", "b", "c"] {
        store.set(key, recent(1)).unwrap();
    }
    let watch = store.watch("");
    assert_eq!(told(&watch), ["Reset", "a", "b", "c", "Ready"]);
    store.set("a", recent(2)).unwrap();
    store.touch("b", secs(60)).unwrap();
    store.get("b");
    let before = store.get_entry("c").unwrap().version;
    let version = store.set("d", recent(1)).unwrap();
    assert_eq!(keys(&store), ["a", "c", "d"], "neither reading nor touching is writing");
    assert_eq!(version.get(), before.get() + 3, "an eviction takes a version");
    assert_eq!(told(&watch), ["a", "!b", "d"]);
    assert_eq!(store.stats().evictions, 1);
    store.update("e", |_| Some(recent(1))).unwrap();
    store.get_or_insert_with("f", || recent(1)).unwrap();
    assert_eq!(keys(&store), ["d", "e", "f"]);
    assert_eq!((store.len(), store.stats().entries, store.stats().evictions), (3, 3, 3));
}

#[test]
fn what_is_due_goes_first_and_has_expired() {
    let (clock, store) = given(Limits::default());
    store.set("a", recent(1)).unwrap();
    store.set_with("b", recent(1), SetOptions::new().ttl(secs(5))).unwrap();
    store.set("c", recent(1)).unwrap();
    clock.advance(secs(5));
    let watch = store.watch("");
    store.set("d", recent(1)).unwrap();
    assert_eq!(keys(&store), ["a", "c", "d"]);
    assert_eq!((store.stats().evictions, store.stats().expirations), (0, 1));
    told(&watch);
    store.set("e", recent(1)).unwrap();
    assert_eq!(told(&watch), ["!a", "e"]);
}

#[test]
fn overwriting_and_coming_back_evict_nothing() {
    let (_, store) = given(Limits::default());
    for n in 0..100 {
        store.set(["a", "b", "c"][n as usize % 3], recent(n)).unwrap();
    }
    store.delete("a");
    store.set("a", recent(1)).unwrap();
    assert_eq!((store.len(), store.stats().evictions), (3, 0));
}

#[test]
fn many_at_once_leave_the_last_ones() {
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
fn who_makes_way_makes_room_under_the_limits() {
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
    assert_eq!(keys(&store), ["a", "b"], "an error evicts nothing");
}

#[test]
fn a_write_that_is_refused_evicts_nothing() {
    let (_, store) = given(Limits::default());
    for key in ["a", "b", "c"] {
        store.set(key, recent(1)).unwrap();
    }
    assert!(store.set_with("d", recent(1), SetOptions::new().if_present()).is_err());
    assert!(store.set("", recent(1)).is_err());
    assert_eq!(keys(&store), ["a", "b", "c"]);
}

#[test]
fn each_tenant_has_its_own() {
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
fn many_at_once_find_the_room_that_one_finds() {
    let (_, store) = given(Limits::default().entries_per_tenant(3));
    store.set_many(["a", "b", "c"].map(|key| (key, recent(1)))).unwrap();
    store.set_many([("d", recent(1))]).unwrap();
    assert_eq!(keys(&store), ["b", "c", "d"]);
}

/// Values that cannot be dropped in peace.
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

/// Runs itself in a process of its own, which is not to end by it.
#[test]
fn values_that_panic_when_evicted_and_when_replaced_are_dropped_each_for_itself() {
    const INSIDE: &str = "KV_TEST_UNRULY";
    if std::env::var_os(INSIDE).is_none() {
        let name = "eviction::values_that_panic_when_evicted_and_when_replaced_are_dropped_each_for_itself";
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
    assert!(outcome.is_err(), "the first panic is the caller's");
    assert_eq!(store.len(), 2);
}

/// Of more entries than removals are kept.
#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(max_entries = 600, evict = "oldest")]
struct Latest {
    n: u32,
}

#[test]
fn who_is_the_oldest_is_known_after_all_were_removed_at_once() {
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
fn many_at_once_give_back_the_room_of_those_that_make_way() {
    let (clock, store) = given(Limits::default().entries_per_tenant(8));
    for _ in 0..10 {
        store.set_many(["a", "b", "c", "d", "e"].map(|key| (key, recent(1)))).unwrap();
    }
    assert_eq!(keys(&store), ["c", "d", "e"]);
    store.clear();
    // One that is due goes once, though it is the oldest too.
    store.set_with("f", recent(1), SetOptions::new().ttl(secs(1))).unwrap();
    store.set_many(["x", "y"].map(|key| (key, recent(1)))).unwrap();
    clock.advance(secs(1));
    let watch = store.watch("");
    assert_eq!(told(&watch), ["Reset", "x", "y", "Ready"]);
    store.set_many(["g", "h"].map(|key| (key, recent(1)))).unwrap();
    assert_eq!(told(&watch), ["~f", "!x", "g", "h"]);
    assert_eq!(keys(&store), ["g", "h", "y"]);
}

#[test]
fn many_at_once_evict_nothing_while_enough_is_due() {
    let (clock, store) = given(Limits::default());
    for (key, ttl) in [("a", 1), ("b", 60), ("c", 1)] {
        store.set_with(key, recent(1), SetOptions::new().ttl(secs(ttl))).unwrap();
    }
    clock.advance(secs(1));
    let watch = store.watch("");
    assert_eq!(told(&watch), ["Reset", "b", "Ready"]);
    store.set_many(["d", "e"].map(|key| (key, recent(1)))).unwrap();
    assert_eq!(told(&watch), ["~a", "~c", "d", "e"]);
    assert_eq!(keys(&store), ["b", "d", "e"]);
}

#[test]
fn what_is_due_and_written_anew_makes_no_way() {
    let (clock, store) = given(Limits::default());
    store.set_with("a", recent(1), SetOptions::new().ttl(secs(1))).unwrap();
    for key in ["b", "c"] {
        store.set(key, recent(1)).unwrap();
    }
    clock.advance(secs(1));
    let watch = store.watch("");
    assert_eq!(told(&watch), ["Reset", "b", "c", "Ready"]);
    store.set_many(["d", "a"].map(|key| (key, recent(1)))).unwrap();
    assert_eq!(told(&watch), ["!b", "d", "~a", "a"]);
    assert_eq!((store.stats().evictions, store.stats().expirations), (1, 1));
}

/// A clock that wakes nobody, so that no thread looks at what it made due.
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
