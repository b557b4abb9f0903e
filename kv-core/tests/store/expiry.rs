use crate::{Cursor, Note, cursor, note, secs};
use kv_core::{Expiry, KvStore, KvType, ManualClock, SetOptions, TypedStore};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// How long a test waits for another thread before it fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A time to live longer than any test waits.
const LONGER_THAN_PATIENCE: Duration = Duration::from_hours(1);

/// A value that reports when it is dropped, and on which thread.
#[derive(Serialize, Deserialize, KvType)]
struct Beacon {
    name: u32,
    #[serde(skip)]
    dropped: Option<mpsc::Sender<(u32, Option<String>)>>,
    #[serde(skip)]
    then_panics: bool,
}

impl Drop for Beacon {
    fn drop(&mut self) {
        if let Some(dropped) = &self.dropped {
            let thread = std::thread::current().name().map(str::to_owned);
            let _ = dropped.send((self.name, thread));
        }
        assert!(!self.then_panics, "a value that panics when dropped");
    }
}

struct Beacons {
    store: TypedStore<Beacon>,
    clock: ManualClock,
    sender: mpsc::Sender<(u32, Option<String>)>,
    dropped: mpsc::Receiver<(u32, Option<String>)>,
}

impl Beacons {
    fn given(expiry: Expiry) -> (KvStore, Self) {
        let clock = ManualClock::new();
        let kv = KvStore::builder().clock(clock.clone()).expiry(expiry).build();
        let (sender, dropped) = mpsc::channel();
        let store = kv.tenant("acme.example").unwrap().typed();
        (kv, Self { store, clock, sender, dropped })
    }

    fn set(&self, name: u32, ttl: Option<Duration>) {
        let options = ttl.map_or(SetOptions::new().no_ttl(), |ttl| SetOptions::new().ttl(ttl));
        self.store.set_with(name.to_string(), self.beacon(name), options).unwrap();
    }

    fn beacon(&self, name: u32) -> Beacon {
        Beacon { name, dropped: Some(self.sender.clone()), then_panics: false }
    }

    fn next_dropped(&self) -> (u32, Option<String>) {
        self.dropped.recv_timeout(PATIENCE).unwrap()
    }
}

#[test]
fn background_thread_removes_only_expired_entries() {
    let (_kv, beacons) = Beacons::given(Expiry::Background);
    beacons.set(1, Some(secs(10)));
    beacons.set(2, Some(secs(20)));
    beacons.set(3, None);
    beacons.clock.advance(secs(10));
    assert_eq!(beacons.next_dropped(), (1, Some("kv-expiry".to_owned())));
    beacons.clock.advance(secs(10));
    assert_eq!(beacons.next_dropped(), (2, Some("kv-expiry".to_owned())));
    assert!(beacons.store.contains("3"));
    assert!(beacons.dropped.try_recv().is_err());
}

#[test]
fn earlier_deadline_wakes_the_thread() {
    // On the system clock, because advancing a manual clock wakes the thread in any case.
    let (sender, dropped) = mpsc::channel();
    let store = KvStore::new().tenant("acme.example").unwrap().typed::<Beacon>();
    let set = |name: u32, ttl| {
        let beacon = Beacon { name, dropped: Some(sender.clone()), then_panics: false };
        store.set_with(name.to_string(), beacon, SetOptions::new().ttl(ttl)).unwrap();
    };
    set(1, LONGER_THAN_PATIENCE);
    set(2, Duration::from_millis(20));
    assert_eq!(dropped.recv_timeout(PATIENCE).unwrap().0, 2);
    set(3, Duration::from_millis(1));
    assert_eq!(dropped.recv_timeout(PATIENCE).unwrap().0, 3);
}

#[test]
fn background_thread_serves_every_tenant_and_type() {
    let (kv, beacons) = Beacons::given(Expiry::Background);
    for n in 0..40 {
        let store = kv.tenant(format!("t{}.example", n % 8)).unwrap();
        let options = SetOptions::new().ttl(secs(1 + u64::from(n % 3)));
        store.set_with::<Beacon>(n.to_string(), beacons.beacon(n), options).unwrap();
        store.set::<Cursor>(n.to_string(), cursor(1)).unwrap();
    }
    beacons.clock.advance(secs(3));
    let mut names: Vec<_> = (0..40).map(|_| beacons.next_dropped().0).collect();
    names.sort_unstable();
    assert_eq!(names, (0..40).collect::<Vec<_>>());
}

#[test]
fn overwritten_entry_is_not_removed_at_its_old_deadline() {
    let (_kv, beacons) = Beacons::given(Expiry::Background);
    let store = &beacons.store;
    // Each of a thousand expired entries is overwritten while the thread removes them.
    for n in 0..1000 {
        beacons.set(n, Some(secs(10)));
    }
    let clock = beacons.clock.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || clock.advance(secs(10)));
        for n in (0..1000).rev() {
            beacons.set(n, None);
        }
    });
    for _ in 0..1000 {
        beacons.next_dropped();
    }
    assert_eq!(store.count(""), 1000, "a new entry was removed at the old deadline");
    assert!(beacons.dropped.try_recv().is_err());
}

#[test]
fn panic_of_an_expired_value_does_not_stop_the_thread() {
    let (_kv, beacons) = Beacons::given(Expiry::Background);
    beacons.set(1, Some(secs(5)));
    let mut panics = beacons.beacon(2);
    panics.then_panics = true;
    beacons.store.set_with("2", panics, SetOptions::new().ttl(secs(5))).unwrap();
    beacons.set(3, Some(secs(5)));
    beacons.clock.advance(secs(5));
    let mut dropped = [beacons.next_dropped().0, beacons.next_dropped().0, beacons.next_dropped().0];
    dropped.sort_unstable();
    assert_eq!(dropped, [1, 2, 3]);
    beacons.set(4, Some(secs(5)));
    beacons.clock.advance(secs(5));
    assert_eq!(beacons.next_dropped(), (4, Some("kv-expiry".to_owned())));
}

#[test]
fn entries_expire_with_the_system_clock() {
    let (sender, dropped) = mpsc::channel();
    let store = KvStore::new().tenant("acme.example").unwrap();
    let beacon = Beacon { name: 1, dropped: Some(sender), then_panics: false };
    store.set_with::<Beacon>("1", beacon, SetOptions::new().ttl(Duration::from_millis(20))).unwrap();
    assert_eq!(dropped.recv_timeout(PATIENCE).unwrap().0, 1);
    assert!(!store.contains::<Beacon>("1"));
}

#[test]
fn manual_expiry_removes_entries_only_in_purge_expired() {
    let (kv, beacons) = Beacons::given(Expiry::Manual);
    for n in 0..600 {
        beacons.set(n, Some(secs(5)));
    }
    beacons.set(1000, None);
    beacons.clock.advance(secs(5));
    assert_eq!(beacons.store.count(""), 1);
    assert!(beacons.dropped.try_recv().is_err(), "the entry was removed before the purge");
    assert_eq!(kv.purge_expired(), 600);
    assert_eq!(beacons.dropped.try_iter().count(), 600);
    assert_eq!(kv.purge_expired(), 0);
    assert!(beacons.store.contains("1000"));
}

#[test]
fn purge_of_a_tenant_does_not_affect_other_tenants() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    let (a, b) = (kv.tenant("a.example").unwrap(), kv.tenant("b.example").unwrap());
    assert_eq!(a.purge_expired(), 0);
    for tenant in [&a, &b] {
        tenant.set::<Cursor>("k", cursor(1)).unwrap();
        tenant.set_with::<Note>("k", note("x"), SetOptions::new().ttl(secs(1))).unwrap();
    }
    clock.advance(secs(30));
    assert_eq!(a.purge_expired(), 2);
    assert_eq!((a.purge_expired(), b.stats().bytes > 0), (0, true));
    assert_eq!(kv.purge_expired(), 2);
}

#[test]
fn panic_of_a_purged_value_reaches_the_caller_at_the_end() {
    let (kv, beacons) = Beacons::given(Expiry::Manual);
    let options = SetOptions::new().ttl(secs(5));
    for name in 0..3 {
        let mut beacon = beacons.beacon(name);
        beacon.then_panics = name == 0;
        beacons.store.set_with(name.to_string(), beacon, options).unwrap();
    }
    beacons.clock.advance(secs(5));
    let purge = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| kv.purge_expired()));
    assert!(purge.is_err());
    assert_eq!(beacons.dropped.try_iter().count(), 3);
    assert_eq!(kv.purge_expired(), 0);
}

/// Returns the number of expiry threads in this process.
#[cfg(target_os = "linux")]
fn expiry_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(task.ok()?.path().join("comm")).ok()
    };
    tasks.filter_map(name).filter(|name| name.trim() == "kv-expiry").count()
}

/// Runs itself in a child process, where no other test has threads.
#[cfg(target_os = "linux")]
#[test]
fn thread_exists_only_while_an_entry_has_a_deadline() {
    const INSIDE: &str = "KV_TEST_EXPIRY_THREAD";
    if std::env::var_os(INSIDE).is_none() {
        let name = "expiry::thread_exists_only_while_an_entry_has_a_deadline";
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command.args([name, "--exact", "--nocapture"]).env(INSIDE, "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let eventually = |count: usize| {
        let start = std::time::Instant::now();
        while expiry_threads() != count {
            assert!(start.elapsed() < PATIENCE, "{} threads instead of {count}", expiry_threads());
            std::thread::yield_now();
        }
    };
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).build();
    let store = kv.tenant("acme.example").unwrap();
    let set = |key| {
        let options = SetOptions::new().ttl(LONGER_THAN_PATIENCE);
        store.set_with::<Cursor>(key, cursor(1), options).unwrap();
    };
    store.set::<Note>("k", note("x")).unwrap();
    assert_eq!(expiry_threads(), 0, "no entry has a deadline");

    set("a");
    eventually(1);
    set("b");
    assert_eq!(expiry_threads(), 1);
    clock.advance(LONGER_THAN_PATIENCE);
    eventually(0);

    set("a");
    eventually(1);
    store.delete::<Cursor>("a");
    eventually(0);

    set("a");
    eventually(1);
    let (scan, weak) = (store.scan::<Cursor>(""), Arc::downgrade(&store.get::<Cursor>("a").unwrap()));
    drop((kv, store));
    clock.advance(LONGER_THAN_PATIENCE);
    let start = std::time::Instant::now();
    while weak.upgrade().is_some() {
        assert!(start.elapsed() < PATIENCE, "the scan keeps the store alive");
        std::thread::yield_now();
    }
    drop(scan);
    eventually(0);

    let kv = KvStore::builder().clock(clock.clone()).build();
    let store = kv.tenant("acme.example").unwrap();
    store.set_with::<Cursor>("a", cursor(1), SetOptions::new().ttl(LONGER_THAN_PATIENCE)).unwrap();
    eventually(1);
    drop((kv, store));
    eventually(0);
}

#[test]
fn panic_of_the_clock_in_the_thread_only_delays_expiry() {
    /// A clock that panics in the store's thread while a flag is set.
    struct Faulty(ManualClock, Arc<AtomicBool>, mpsc::Sender<()>);
    impl kv_core::Clock for Faulty {
        fn now(&self) -> Duration {
            if std::thread::current().name() == Some("kv-expiry") && self.1.load(Ordering::SeqCst) {
                self.2.send(()).unwrap();
                panic!("a clock that panics");
            }
            self.0.now()
        }
        fn system_time(&self) -> std::time::SystemTime {
            self.0.system_time()
        }
        fn on_jump(&self, waker: std::task::Waker) {
            self.0.on_jump(waker);
        }
    }
    let (clock, faulty) = (ManualClock::new(), Arc::new(AtomicBool::new(true)));
    let (panics, panicked) = mpsc::channel();
    let kv = KvStore::builder().clock(Faulty(clock.clone(), Arc::clone(&faulty), panics)).build();
    let (sender, dropped) = mpsc::channel();
    let store = kv.tenant("acme.example").unwrap().typed::<Beacon>();
    let beacon = |name| Beacon { name, dropped: Some(sender.clone()), then_panics: false };
    store.set_with("1", beacon(1), SetOptions::new().ttl(secs(5))).unwrap();
    clock.advance(secs(5));
    assert!(!store.contains("1"));
    panicked.recv_timeout(PATIENCE).unwrap();
    panicked.recv_timeout(PATIENCE).unwrap();
    assert!(dropped.try_recv().is_err());
    faulty.store(false, Ordering::SeqCst);
    assert_eq!(dropped.recv_timeout(PATIENCE).unwrap().0, 1);
    store.set_with("2", beacon(2), SetOptions::new().ttl(secs(5))).unwrap();
    clock.advance(secs(5));
    assert_eq!(dropped.recv_timeout(PATIENCE).unwrap().0, 2);
}

#[test]
fn store_with_values_that_panic_can_be_dropped() {
    let (kv, beacons) = Beacons::given(Expiry::Manual);
    for name in 0..3 {
        let mut beacon = beacons.beacon(name);
        beacon.then_panics = true;
        beacons.store.set(name.to_string(), beacon).unwrap();
    }
    let Beacons { store, dropped, .. } = beacons;
    drop((kv, store));
    assert_eq!(dropped.try_iter().count(), 3);
}

#[test]
fn clock_may_use_the_store() {
    /// A clock that uses the store each time it is read.
    struct Curious {
        clock: ManualClock,
        store: Arc<std::sync::OnceLock<KvStore>>,
        typed: Arc<std::sync::OnceLock<TypedStore<Cursor>>>,
        inside: AtomicBool,
    }
    impl Curious {
        fn look(&self) {
            if let Some(kv) = self.store.get()
                && !self.inside.swap(true, Ordering::SeqCst)
            {
                let store = kv.tenant("acme.example").unwrap();
                let _ = store.get::<Cursor>("k");
                let _ = store.update::<Note>("seen", |_| Some(note("by the clock")));
                if let Some(same_handle) = self.typed.get() {
                    let _ = same_handle.set("by the clock", cursor(7));
                }
                self.inside.store(false, Ordering::SeqCst);
            }
        }
    }
    impl kv_core::Clock for Curious {
        fn now(&self) -> Duration {
            self.look();
            self.clock.now()
        }
        fn system_time(&self) -> std::time::SystemTime {
            self.look();
            self.clock.system_time()
        }
        fn on_jump(&self, waker: std::task::Waker) {
            self.clock.on_jump(waker);
        }
    }
    let clock = ManualClock::new();
    let (store, typed) = (Arc::<std::sync::OnceLock<_>>::default(), Arc::<std::sync::OnceLock<_>>::default());
    let curious = Curious {
        clock: clock.clone(),
        store: Arc::clone(&store),
        typed: Arc::clone(&typed),
        inside: AtomicBool::new(false),
    };
    let kv = KvStore::builder().clock(curious).build();
    assert!(typed.set(kv.tenant("acme.example").unwrap().typed::<Cursor>()).is_ok());
    store.set(kv.clone()).unwrap();
    let cursors = typed.get().unwrap();
    cursors.set("k", cursor(1)).unwrap();
    cursors.modify("k", |c| cursor(c.x + 1)).unwrap();
    clock.advance(secs(30));
    assert_eq!(cursors.get("k"), None);
    assert_eq!(cursors.scan("k").count(), 0);
    assert!(kv.tenant("acme.example").unwrap().contains::<Note>("seen"));
}
