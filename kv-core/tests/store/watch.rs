//! A watch returns a snapshot, then every change, and never slows a writer.

use crate::{Cursor, Note, cursor, given_a_tenant, given_notes, note, secs};
use kv_core::{
    Change, Clock, Error, Expiry, KvStore, KvType, Limit, Limits, ManualClock, SetOptions, TypedStore,
    Version, Watch,
};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, SystemTime};

/// Maximum time to wait for another thread.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Receives all changes in short form: `reset`, `a=1`, `-a` deleted, `~a` expired, `!a` evicted,
/// `ready`.
pub(crate) fn received(watch: &Watch<Note>) -> Vec<String> {
    std::iter::from_fn(|| watch.try_recv()).map(|change| short(&change)).collect()
}

pub(crate) fn short(change: &Change<Note>) -> String {
    match change {
        Change::Reset => "reset".to_owned(),
        Change::Set(entry) => format!("{}={}", entry.key, entry.value.text),
        Change::Deleted { key, .. } => format!("-{key}"),
        Change::Expired { key, .. } => format!("~{key}"),
        Change::Evicted { key, .. } => format!("!{key}"),
        Change::Ready => "ready".to_owned(),
        other => panic!("unknown {other:?}"),
    }
}

/// A receiver that applies changes and checks that the versions of each key rise.
#[derive(Debug, Default)]
pub(crate) struct Receiver {
    pub(crate) entries: BTreeMap<String, (Version, String)>,
    versions: HashMap<String, Version>,
    pub(crate) is_ready: bool,
    pub(crate) resets: usize,
}

impl Receiver {
    pub(crate) fn apply(&mut self, change: Change<Note>) {
        if let (Some(key), Some(version)) = (change.key(), change.version()) {
            let before = self.versions.insert(key.to_string(), version);
            assert!(before.is_none_or(|before| before < version), "{key}: {before:?}, then {version}");
        }
        match change {
            Change::Reset => *self = Self { resets: self.resets + 1, ..Self::default() },
            Change::Set(entry) => {
                let value = (entry.version, entry.value.text.clone());
                self.entries.insert(entry.key.to_string(), value);
            }
            Change::Ready => self.is_ready = true,
            other => drop(self.entries.remove(&**other.key().unwrap())),
        }
    }

    pub(crate) fn catch_up(&mut self, watch: &Watch<Note>) {
        std::iter::from_fn(|| watch.try_recv()).for_each(|change| self.apply(change));
    }

    pub(crate) fn agrees_with(&self, notes: &TypedStore<Note>, prefix: &str) {
        let there = notes.scan(prefix).entries();
        let there: BTreeMap<_, _> =
            there.map(|e| (e.key.to_string(), (e.version, e.value.text.clone()))).collect();
        assert!(self.is_ready);
        assert_eq!(self.entries, there);
    }
}

#[test]
fn watch_starts_with_a_snapshot_and_continues_with_every_change() {
    let (clock, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    for key in ["b", "a", "other"] {
        notes.set(format!("user:{key}"), note("1")).unwrap();
    }
    notes.set("room:1", note("1")).unwrap();
    let watch = notes.watch("user:");
    assert_eq!(received(&watch), ["reset", "user:a=1", "user:b=1", "user:other=1", "ready"]);

    notes.set("user:b", note("2")).unwrap();
    notes.set("room:1", note("2")).unwrap();
    notes.delete("user:a");
    notes.set_with("user:c", note("1"), SetOptions::new().ttl(secs(5))).unwrap();
    assert_eq!(received(&watch), ["user:b=2", "-user:a", "user:c=1"]);
    clock.advance(secs(5));
    assert_eq!(received(&watch), [""; 0], "the change comes with the removal");
    store.purge_expired();
    assert_eq!(received(&watch), ["~user:c"]);
    assert_eq!(notes.clear(), 3);
    assert_eq!(received(&watch), ["-user:b", "-user:other"]);
}

#[test]
fn change_contains_the_whole_entry() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<Cursor>();
    let watch = cursors.watch("");
    let start = SystemTime::UNIX_EPOCH + Duration::from_hours(482_136);
    let version = cursors.set("k", cursor(1)).unwrap();
    clock.advance(secs(10));
    let second = cursors.set("k", cursor(2)).unwrap();
    let entry = std::iter::from_fn(|| watch.try_recv()).find_map(|change| match change {
        Change::Set(entry) => Some(entry),
        _ => None,
    });
    let entry = entry.unwrap();
    assert!(version < second);
    assert_eq!((&*entry.key, entry.value.x, entry.version), ("k", 2, second));
    assert_eq!((entry.created_at, entry.updated_at), (start, start + secs(10)));
    assert_eq!(entry.expires_in, Some(secs(30)));
}

#[test]
fn watch_of_a_type_without_writes_is_ready_and_waits() {
    let kv = KvStore::new();
    let store = kv.tenant("acme.example").unwrap();
    let watch = store.watch::<Note>("");
    assert_eq!(received(&watch), ["reset", "ready"]);
    assert_eq!(kv.tenants(), [], "watching creates no visible tenant");
    store.set::<Note>("a", note("1")).unwrap();
    assert_eq!(received(&watch), ["a=1"]);
    drop(store);
    assert!(kv.drop_tenant("acme.example"));
    assert_eq!(received(&watch), ["-a"]);
    kv.tenant("acme.example").unwrap().set::<Note>("b", note("1")).unwrap();
    assert_eq!(received(&watch), ["b=1"], "the watch outlives the tenant's entries");
}

#[test]
fn changes_to_a_key_are_conflated_and_the_newest_wins() {
    let notes = given_notes();
    let watch = notes.watch("");
    received(&watch);
    for n in 0..1000 {
        notes.set("a", note(&n.to_string())).unwrap();
    }
    notes.set("b", note("1")).unwrap();
    notes.delete("b");
    notes.set("c", note("1")).unwrap();
    notes.delete("c");
    notes.set("c", note("2")).unwrap();
    assert_eq!(received(&watch), ["a=999", "-b", "-c", "c=2"]);
}

#[test]
fn expired_change_precedes_the_write_that_replaces_the_entry() {
    let (clock, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    let watch = notes.watch("");
    notes.set_with("a", note("1"), SetOptions::new().ttl(secs(5))).unwrap();
    assert_eq!(received(&watch), ["reset", "a=1", "ready"]);
    clock.advance(secs(5));
    notes.set("a", note("2")).unwrap();
    assert_eq!(received(&watch), ["~a", "a=2"]);
    notes.set_with("b", note("1"), SetOptions::new().ttl(secs(5))).unwrap();
    clock.advance(secs(5));
    assert_eq!(notes.clear(), 1);
    let changes: Vec<_> = std::iter::from_fn(|| watch.try_recv()).map(|c| short(&c)).collect();
    assert_eq!(changes, ["-a", "~b"], "an expired entry is not returned as set");
}

#[test]
fn touch_and_persist_are_no_changes() {
    let (_, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    notes.set("a", note("1")).unwrap();
    let watch = notes.watch("");
    received(&watch);
    notes.touch("a", secs(5)).unwrap();
    notes.persist("a");
    assert_eq!(received(&watch), [""; 0]);
}

#[test]
fn snapshot_with_concurrent_changes_ends_with_the_current_entries() {
    let notes = given_notes();
    for n in 0..1000 {
        notes.set(format!("k{n:03}"), note("old")).unwrap();
    }
    let watch = notes.watch("k");
    let mut receiver = Receiver::default();
    for step in 0.. {
        let Some(change) = watch.try_recv() else { break };
        receiver.apply(change);
        match step {
            // Two pages have been received.
            300 => {
                for n in (0..1000).step_by(7) {
                    notes.set(format!("k{n:03}"), note("new")).unwrap();
                }
                notes.delete("k001");
                notes.delete("k999");
                notes.set("k0005", note("between")).unwrap();
                notes.set("gone", note("no concern of this watch")).unwrap();
            }
            // Nearly all pages have been received.
            900 => {
                notes.delete("k000");
                notes.set("k001", note("back")).unwrap();
                notes.set("k9999", note("last")).unwrap();
            }
            _ => {}
        }
        if receiver.is_ready {
            receiver.agrees_with(&notes, "k");
        }
    }
    receiver.agrees_with(&notes, "k");
    assert_eq!(receiver.resets, 1);
}

#[test]
fn watch_resumes_with_the_changes_since_a_version() {
    let notes = given_notes();
    let watch = notes.watch("user:");
    for key in ["user:a", "user:b", "user:c", "room:1"] {
        notes.set(key, note("1")).unwrap();
    }
    received(&watch);
    let seen = watch.version().unwrap();
    assert_eq!(received(&notes.watch_after("user:", seen)), ["ready"]);
    let change = |notes: &TypedStore<Note>| {
        notes.delete("user:a");
        notes.set("user:b", note("2")).unwrap();
        notes.delete("user:c");
        notes.set("user:c", note("2")).unwrap();
        notes.delete("room:1");
    };
    change(&notes);
    let expected = ["-user:a", "user:b=2", "-user:c", "user:c=2", "ready"];
    assert_eq!(
        received(&notes.watch_after("user:", seen)),
        expected,
        "while another watch keeps the changes"
    );
    drop(watch);
    let mut received = received(&notes.watch_after("user:", seen));
    assert_eq!(received.pop().as_deref(), Some("ready"));
    received.sort();
    assert_eq!(received, ["-user:a", "-user:c", "user:b=2", "user:c=2"], "from versions alone");
}

#[test]
fn version_advances_with_changes_under_other_prefixes() {
    let notes = given_notes();
    let watch = notes.watch("user:");
    assert_eq!(watch.version(), None);
    assert!(matches!(watch.try_recv(), Some(Change::Reset)));
    assert_eq!(watch.version(), None, "an interrupted snapshot starts again");
    assert!(matches!(watch.try_recv(), Some(Change::Ready)));
    let first = watch.version().unwrap();
    let last = notes.set("room:1", note("1")).unwrap();
    assert!(watch.try_recv().is_none());
    assert_eq!(watch.version(), Some(last));
    assert!(first < last);
    let set = notes.set("user:a", note("1")).unwrap();
    notes.set("user:b", note("1")).unwrap();
    watch.try_recv();
    assert_eq!(watch.version(), Some(set), "changes that were not received do not count");
}

#[test]
fn watch_resets_after_an_unknown_version() {
    let notes = given_notes();
    let version = notes.set("a", note("1")).unwrap();
    let foreign: Version = "12".parse().unwrap();
    let future: Version = (version.get() + 1).to_string().parse().unwrap();
    for version in [foreign, future] {
        assert_eq!(received(&notes.watch_after("", version)), ["reset", "a=1", "ready"]);
    }
    for n in 0..600 {
        notes.set("b", note(&n.to_string())).unwrap();
        notes.delete("b");
    }
    assert_eq!(
        received(&notes.watch_after("", version)),
        ["reset", "a=1", "ready"],
        "the log has dropped removals"
    );
    let other = given_a_tenant().1.typed::<Note>();
    assert_eq!(received(&other.watch_after("", version)), ["reset", "ready"]);
}

#[test]
fn watcher_that_falls_behind_gets_a_new_snapshot() {
    let notes = given_notes();
    let watch = notes.watch("");
    let mut receiver = Receiver::default();
    receiver.catch_up(&watch);
    let all = || (0..70_000).map(|n| (format!("k{n}"), note("1")));
    notes.set_many(all()).unwrap();
    notes.set("stays", note("1")).unwrap();
    assert_eq!(notes.delete_prefix("k"), 70_000);
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "");
    assert_eq!(receiver.resets, 2);
    assert_eq!(
        watch.version().map(Version::get),
        Some(notes.get_entry("stays").unwrap().version.get() + 70_000)
    );
}

#[test]
fn every_one_of_many_removals_is_returned() {
    let (clock, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    let brief = SetOptions::new().ttl(secs(1));
    for n in 0..5000 {
        notes.set_with(format!("k{n:04}"), note("1"), brief).unwrap();
    }
    let watch = notes.watch("k1");
    assert_eq!(received(&watch).len(), 1002);
    clock.advance(secs(1));
    assert_eq!(store.purge_expired(), 5000);
    let received = received(&watch);
    assert_eq!(received.len(), 1000);
    assert!(received.iter().all(|change| change.starts_with("~k1")));
}

#[test]
fn waiting_thread_is_woken_by_every_kind_of_change() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).build();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let watch = notes.watch("a");
    received(&watch);
    let next = |watch: &Watch<Note>| short(&watch.recv_timeout(PATIENCE).expect("something changes"));
    thread::scope(|scope| {
        let expect = |change: &'static str| {
            let waiting = scope.spawn(|| next(&watch));
            thread::sleep(Duration::from_millis(5));
            move || assert_eq!(waiting.join().unwrap(), change)
        };
        let then = expect("a=1");
        notes.set("b", note("0")).unwrap();
        notes.set("a", note("1")).unwrap();
        then();
        let then = expect("-a");
        notes.delete("a");
        then();
        let then = expect("a=2");
        notes.set_many([("a", note("2"))]).unwrap();
        then();
        let then = expect("-a");
        notes.delete_prefix("a");
        then();
        let then = expect("a=3");
        notes.update("a", |_| Some(note("3"))).unwrap();
        then();
        let then = expect("-a");
        notes.clear();
        then();
        let then = expect("a=4");
        notes.set_with("a", note("4"), SetOptions::new().ttl(secs(9))).unwrap();
        then();
        let then = expect("~a");
        clock.advance(secs(9));
        then();
    });
}

#[test]
fn recv_timeout_returns_after_the_timeout() {
    let notes = given_notes();
    let watch = notes.watch("");
    assert!(
        matches!(watch.recv_timeout(Duration::ZERO), Some(Change::Reset)),
        "an available change is returned without waiting"
    );
    assert!(matches!(watch.recv_timeout(Duration::MAX), Some(Change::Ready)));
    assert!(watch.recv_timeout(Duration::from_millis(2)).is_none());
    notes.set("a", note("1")).unwrap();
    assert_eq!(received(&watch), ["a=1"]);
}

/// A waker that counts.
#[derive(Default)]
pub(crate) struct Counter(pub(crate) AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Counter {
    pub(crate) fn reaches(&self, count: usize) {
        let start = std::time::Instant::now();
        while self.0.load(Ordering::SeqCst) < count {
            assert!(start.elapsed() < PATIENCE, "the task was not woken");
            thread::yield_now();
        }
        assert_eq!(self.0.load(Ordering::SeqCst), count);
    }
}

#[test]
fn waiting_task_is_woken_by_changes_under_its_prefix() {
    let notes = given_notes();
    let (near, far) = (notes.watch("user:"), notes.watch("room:"));
    received(&near);
    received(&far);
    let wakers = [Arc::new(Counter::default()), Arc::new(Counter::default())];
    let mut contexts = wakers.clone().map(Waker::from);
    let mut near_next = pin!(near.recv_async());
    let mut far_next = pin!(far.recv_async());
    let [near_waker, far_waker] = &mut contexts;
    assert!(near_next.as_mut().poll(&mut Context::from_waker(near_waker)).is_pending());
    assert!(far_next.as_mut().poll(&mut Context::from_waker(far_waker)).is_pending());
    notes.set("user:1", note("1")).unwrap();
    wakers[0].reaches(1);
    assert_eq!(wakers[1].0.load(Ordering::SeqCst), 0, "another prefix");
    let Poll::Ready(Some(change)) = near_next.as_mut().poll(&mut Context::from_waker(near_waker)) else {
        panic!("the task was woken without a change")
    };
    assert_eq!(short(&change), "user:1=1");
    notes.set("room:1", note("1")).unwrap();
    wakers[1].reaches(1);
}

#[test]
fn panicking_waker_does_not_affect_other_watchers() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("on purpose")
        }
    }
    let notes = given_notes();
    let watches: Vec<_> = (0..8).map(|_| notes.watch("")).collect();
    for watch in &watches {
        received(watch);
    }
    let counter = Arc::new(Counter::default());
    let mut waiting: Vec<_> = watches.iter().map(|watch| Box::pin(watch.recv_async())).collect();
    for (n, next) in waiting.iter_mut().enumerate() {
        let waker =
            if n % 2 == 0 { Waker::from(Arc::new(Panics)) } else { Waker::from(Arc::clone(&counter)) };
        assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    notes.set("a", note("1")).unwrap();
    counter.reaches(4);
}

#[test]
fn dropped_future_loses_no_change_and_removes_its_waker() {
    let notes = given_notes();
    let watch = notes.watch("");
    received(&watch);
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    assert!(pin!(watch.recv_async()).poll(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(Arc::strong_count(&counter), 2, "the waker is dropped with the future");
    notes.set("a", note("1")).unwrap();
    assert_eq!(received(&watch), ["a=1"]);
}

#[cfg(feature = "stream")]
#[test]
fn watch_is_a_stream() {
    use futures_core::Stream;
    let notes = given_notes();
    let mut watch = pin!(notes.watch(""));
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let mut cx = Context::from_waker(&waker);
    assert!(matches!(watch.as_mut().poll_next(&mut cx), Poll::Ready(Some(Change::Reset))));
    assert!(matches!(watch.as_mut().poll_next(&mut cx), Poll::Ready(Some(Change::Ready))));
    assert!(watch.as_mut().poll_next(&mut cx).is_pending());
    notes.set("a", note("1")).unwrap();
    counter.reaches(1);
    assert!(matches!(watch.as_mut().poll_next(&mut cx), Poll::Ready(Some(Change::Set(_)))));
    drop(notes);
    assert!(matches!(watch.as_mut().poll_next(&mut cx), Poll::Ready(None)));
}

#[test]
fn watch_ends_with_the_store_and_does_not_keep_it_alive() {
    let notes = given_notes();
    notes.set("a", note("1")).unwrap();
    let watch = notes.watch("");
    thread::scope(|scope| {
        let all = scope.spawn(|| (&watch).into_iter().map(|change| short(&change)).collect::<Vec<_>>());
        thread::sleep(Duration::from_millis(5));
        notes.set("b", note("1")).unwrap();
        drop(notes);
        let all = all.join().unwrap();
        assert!(
            all == ["reset", "a=1", "ready", "b=1"] || all == ["reset", "a=1", "b=1", "ready"],
            "{all:?}"
        );
    });
    assert!(watch.recv().is_none());
}

#[test]
fn watches_are_counted_and_limited_per_tenant() {
    let kv = KvStore::builder().limits(Limits::default().watchers(2)).build();
    let store = kv.tenant("acme.example").unwrap();
    let first = store.watch::<Note>("");
    let second = store.watch::<Cursor>("");
    assert_eq!((first.refused(), second.refused()), (None, None));
    assert_eq!(kv.stats().watchers, 2);
    let third = store.watch::<Note>("");
    let expected = Error::LimitExceeded { limit: Limit::Watchers, allowed: 2 };
    assert_eq!(third.refused(), Some(&expected));
    assert!(third.recv().is_none());
    assert!(third.into_iter().next().is_none());
    assert!(kv.tenant("other.example").unwrap().watch::<Note>("").recv().is_some(), "another tenant's");
    drop(second);
    assert_eq!(store.stats().watchers, 1);
    let fourth = store.watch::<Note>("");
    assert_eq!(received(&fourth), ["reset", "ready"]);
}

#[test]
fn thousand_watches_of_one_prefix_receive_the_last_change() {
    const WATCHES: usize = 1000;
    let kv = KvStore::new();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let watches: Vec<_> = (0..WATCHES).map(|_| notes.watch("a")).collect();
    for watch in &watches {
        received(watch);
    }
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let mut waiting: Vec<_> = watches.iter().map(|watch| Box::pin(watch.recv_async())).collect();
    for next in &mut waiting {
        assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    for n in 0..100 {
        notes.set("a", note(&n.to_string())).unwrap();
    }
    counter.reaches(WATCHES);
    drop(waiting);
    for watch in &watches {
        assert_eq!(received(watch).last().map(String::as_str), Some("a=99"));
    }
}

/// Values whose destructor uses the store and the watch that returns them.
#[derive(Clone, Default, KvType)]
struct Meddler {
    #[kv(skip)]
    notes: Option<TypedStore<Note>>,
}

impl Debug for Meddler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meddler")
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        if let Some(notes) = &self.notes {
            notes.set("dropped", note("1")).unwrap();
        }
    }
}

#[test]
fn values_held_by_a_watch_are_dropped_under_no_lock() {
    let (_, store) = given_a_tenant();
    let meddlers = store.typed::<Meddler>();
    let watch = meddlers.watch("");
    for n in 0..300 {
        meddlers.set(n.to_string(), Meddler { notes: Some(store.typed()) }).unwrap();
    }
    // Entries of a page that was read but not received are removed.
    assert!(watch.try_recv().is_some() && watch.try_recv().is_some());
    meddlers.clear();
    while watch.try_recv().is_some() {}
    drop(watch);
    assert!(store.contains::<Note>("dropped"));
}

#[test]
fn clock_may_use_the_watch_that_reads_it() {
    #[derive(Clone, Default)]
    struct Curious(Arc<OnceLock<Watch<Note>>>);
    impl Clock for Curious {
        fn now(&self) -> Duration {
            self.0.get().map(Watch::version);
            Duration::ZERO
        }
        fn system_time(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }
    }
    let clock = Curious::default();
    let kv = KvStore::builder().clock(clock.clone()).build();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    notes.set("a", note("1")).unwrap();
    assert!(clock.0.set(notes.watch("")).is_ok());
    assert_eq!(received(clock.0.get().unwrap()), ["reset", "a=1", "ready"]);
}

#[test]
fn last_write_is_returned_before_the_end() {
    for _ in 0..300 {
        let notes = given_notes();
        let watch = notes.watch("");
        let all = thread::scope(|scope| {
            let all = scope.spawn(|| watch.iter().map(|change| short(&change)).collect::<Vec<_>>());
            notes.set("a", note("1")).unwrap();
            drop(notes);
            all.join().unwrap()
        });
        assert!(all.iter().any(|change| change == "a=1"), "{all:?}");
        assert!(watch.version().is_some());
    }
}

#[test]
fn concurrent_watches_end_with_the_current_entries() {
    let kv = KvStore::builder().expiry(Expiry::Background).build();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let writing = AtomicBool::new(true);
    let prefixes = ["", "k1", "k2", "none"];
    thread::scope(|scope| {
        let receivers: Vec<_> = prefixes
            .iter()
            .cycle()
            .take(8)
            .map(|prefix| {
                let (notes, writing) = (&notes, &writing);
                scope.spawn(move || {
                    let (mut watch, mut receiver) = (notes.watch(prefix), Receiver::default());
                    let mut turns = 0;
                    while writing.load(Ordering::Acquire) {
                        if let Some(change) = watch.recv_timeout(Duration::from_millis(1)) {
                            receiver.apply(change);
                        }
                        turns += 1;
                        // Some watchers stop and resume.
                        if turns % 500 == 0
                            && let Some(version) = watch.version()
                        {
                            drop(watch);
                            watch = notes.watch_after(prefix, version);
                        }
                    }
                    receiver.catch_up(&watch);
                    (prefix, receiver)
                })
            })
            .collect();
        let writers: Vec<_> = (0..2u64)
            .map(|seed| {
                let notes = &notes;
                scope.spawn(move || {
                    let mut random = seed + 1;
                    for n in 0..30_000 {
                        random = random
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1_442_695_040_888_963_407);
                        let key = format!("k{}", (random >> 33) % 300);
                        match (random >> 50) % 8 {
                            0 => drop(notes.delete(&key)),
                            1 => {
                                let brief = SetOptions::new().ttl(Duration::from_micros(200));
                                notes.set_with(&key, note("brief"), brief).unwrap();
                            }
                            2 if n % 1000 == 0 => drop(notes.delete_prefix("k1")),
                            _ => drop(notes.set(&key, note(&n.to_string())).unwrap()),
                        }
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        // Entries with a short time to live are gone, for the store and for watchers.
        while notes.scan("").entries().any(|entry| entry.expires_in.is_some()) {
            thread::yield_now();
        }
        kv.purge_expired();
        writing.store(false, Ordering::Release);
        for receiver in receivers {
            let (prefix, receiver) = receiver.join().unwrap();
            receiver.agrees_with(&notes, prefix);
        }
    });
}

#[test]
fn expired_entry_is_returned_as_expired_only() {
    let (clock, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    let watch = notes.watch("");
    received(&watch);
    notes.set_with("a", note("1"), SetOptions::new().ttl(secs(5))).unwrap();
    clock.advance(secs(5));
    assert_eq!(received(&watch), [""; 0]);
    store.purge_expired();
    assert_eq!(received(&watch), ["~a"]);
}

#[test]
fn entry_of_a_snapshot_is_returned_once() {
    let notes = given_notes();
    for n in 0..300 {
        notes.set(format!("k{n:03}"), note("old")).unwrap();
    }
    let (watch, mut receiver) = (notes.watch("k"), Receiver::default());
    receiver.apply(watch.try_recv().unwrap());
    receiver.apply(watch.try_recv().unwrap());
    // The second page contains the entry, and its write is the last change.
    notes.set("k290", note("new")).unwrap();
    receiver.catch_up(&watch);
    receiver.agrees_with(&notes, "k");
}

#[cfg(feature = "stream")]
#[test]
fn stream_registers_one_waker_and_removes_it_when_dropped() {
    use futures_core::Stream;
    let notes = given_notes();
    let mut watch = Box::pin(notes.watch(""));
    received(&watch);
    let counters = [(); 2].map(|()| Arc::new(Counter::default()));
    let wakers = counters.clone().map(Waker::from);
    for waker in &wakers {
        assert!(watch.as_mut().poll_next(&mut Context::from_waker(waker)).is_pending());
    }
    drop(wakers);
    assert_eq!(counters.each_ref().map(Arc::strong_count), [1, 2], "the last waker is kept");
    drop(watch);
    assert_eq!(Arc::strong_count(&counters[1]), 1);
}
