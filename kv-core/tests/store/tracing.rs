//! Rare operations emit events. The subscriber may use the store.

use crate::{note, secs};
use kv_core::{
    Change, Clock, Expiry, KvStore, KvType, Limits, ManualClock, SetOptions, TenantStore, TypedStore,
    Version, Watch,
};
use std::cell::Cell;
use std::fmt::{Debug, Write as _};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, Once, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, SystemTime};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// How long a test waits for another thread before it fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// The events of listening threads and of expiry threads. All tests share one subscriber, because
/// expiry threads use the global one.
static EVENTS: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());
static ADDED: Condvar = Condvar::new();

/// An action that the subscriber runs for each event.
static ACTION: Mutex<Option<Action>> = Mutex::new(None);

type Action = Arc<dyn Fn(&str) + Send + Sync>;

thread_local! {
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    static IN_ACTION: Cell<bool> = const { Cell::new(false) };
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "kv_core"
    }

    fn event(&self, event: &Event<'_>) {
        let is_expiry = || thread::current().name() == Some("kv-expiry");
        if IN_ACTION.get() || !(LISTENING.get() || is_expiry()) {
            return;
        }
        let mut line = Line(format!("{}", event.metadata().level()));
        event.record(&mut line);
        EVENTS.lock().unwrap().push((thread::current().id(), line.0.clone()));
        ADDED.notify_all();
        let action = ACTION.lock().unwrap().clone();
        if let Some(action) = action {
            IN_ACTION.set(true);
            let enable = EnableGuard;
            action(&line.0);
            drop(enable);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Enables the subscriber on this thread again, also after a panic.
struct EnableGuard;

impl Drop for EnableGuard {
    fn drop(&mut self) {
        IN_ACTION.set(false);
    }
}

/// An event as a line: its level, its message and its fields.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => write!(self.0, " {value:?}").unwrap(),
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}={value}", field.name()).unwrap();
    }
}

/// Records the events of this thread from now on.
fn listen() {
    static SET: Once = Once::new();
    SET.call_once(|| tracing::subscriber::set_global_default(Listener).unwrap());
    LISTENING.set(true);
    events_here();
}

/// Removes and returns the events of this thread.
fn events_here() -> Vec<String> {
    let here = thread::current().id();
    EVENTS.lock().unwrap().extract_if(.., |(thread, _)| *thread == here).map(|(_, line)| line).collect()
}

/// Waits until a thread has emitted an event, and returns all its events.
fn events_of(thread: ThreadId, last: &str) -> Vec<String> {
    let all = |events: &[(ThreadId, String)]| -> Vec<String> {
        events.iter().filter(|(by, _)| *by == thread).map(|(_, line)| line.clone()).collect()
    };
    let events = EVENTS.lock().unwrap();
    let is_waiting = |events: &mut Vec<(ThreadId, String)>| !all(events).iter().any(|line| line == last);
    let (events, timeout) = ADDED.wait_timeout_while(events, PATIENCE, is_waiting).unwrap();
    assert!(!timeout.timed_out(), "missing event: {last}, found {:?}", all(&events));
    all(&events)
}

/// Waits for an event that contains a text, and returns its thread.
fn thread_of(of: &str) -> ThreadId {
    let events = EVENTS.lock().unwrap();
    let found = |events: &[(ThreadId, String)]| {
        events.iter().find(|(_, events)| events.contains(of)).map(|(by, _)| *by)
    };
    let (events, timeout) =
        ADDED.wait_timeout_while(events, PATIENCE, |events| found(events).is_none()).unwrap();
    assert!(!timeout.timed_out(), "missing event: {of}");
    found(&events).unwrap()
}

const STARTED: &str = "TRACE the expiry thread has started";
const ENDED: &str = "TRACE the expiry thread has ended";

fn given(expiry: Expiry, limits: Limits) -> (ManualClock, KvStore) {
    let clock = ManualClock::new();
    (clock.clone(), KvStore::builder().clock(clock).expiry(expiry).limits(limits).build())
}

#[derive(Debug, KvType)]
struct Secret {
    text: String,
}

/// A version below those of any store.
fn first_version() -> Version {
    "1".parse().unwrap()
}

fn secret() -> Secret {
    Secret { text: "a secret".to_owned() }
}

#[derive(Debug, KvType)]
#[kv(max_entries = 2, evict = "oldest")]
struct SecretRecent(String);

#[test]
fn events_of_an_operation_are_emitted_on_its_thread() {
    listen();
    let limits = Limits::default().entries_per_tenant(4).value_bytes(100).watchers(2);
    let (_, kv) = given(Expiry::Manual, limits);
    let store = kv.tenant("acme.example").unwrap();
    let secrets = store.typed::<Secret>();

    secrets.set("secret:1", secret()).unwrap();
    secrets.get("secret:1");
    secrets.set("secret:1", secret()).unwrap();
    secrets.delete("secret:1");
    assert_eq!(events_here(), [""; 0], "frequent operations emit no events");

    secrets.set_many(["secret:1", "secret:2", "secret:3", "secret:4"].map(|key| (key, secret()))).unwrap();
    secrets.set("secret:5", secret()).unwrap_err();
    secrets.update("secret:5", |_| Some(secret())).unwrap_err();
    let refused = "DEBUG refused a write over a limit tenant=acme.example tag=Secret limit=entries_per_tenant allowed=4";
    assert_eq!(events_here(), [refused, refused]);
    secrets.set("secret:1", Secret { text: "a secret".repeat(100) }).unwrap_err();
    assert_eq!(
        events_here(),
        ["DEBUG refused a write over a limit tenant=acme.example tag=Secret limit=value_bytes allowed=100"]
    );

    assert!(kv.drop_tenant("ACME.example") && !kv.drop_tenant("acme.example") && !kv.drop_tenant("no host"));
    assert_eq!(events_here(), ["INFO dropped a tenant tenant=acme.example entries=4"]);

    let recent = store.typed::<SecretRecent>();
    recent.set_many([1, 2].map(|n| (n.to_string(), SecretRecent(n.to_string())))).unwrap();
    recent.set("3", SecretRecent("secret".to_owned())).unwrap();
    recent.set_many([4, 5].map(|n| (n.to_string(), SecretRecent(n.to_string())))).unwrap();
    assert_eq!(events_here(), [1, 2].map(|n| format!("TRACE evicted entries tag=SecretRecent entries={n}")));

    let watches = [(); 3].map(|()| secrets.watch("secret:"));
    assert!(watches[2].refused().is_some());
    assert_eq!(
        events_here(),
        ["WARN refused a watch over a limit tenant=acme.example tag=Secret limit=watchers allowed=2"]
    );
}

#[test]
fn watch_that_loses_its_position_emits_an_event() {
    listen();
    let (_, kv) = given(Expiry::Manual, Limits::default());
    let secrets = kv.tenant("acme.example").unwrap().typed::<Secret>();
    let version = secrets.set("secret", secret()).unwrap();
    let lost = "DEBUG a watch lost its position and restarts with a snapshot tenant=acme.example tag=Secret";

    let read = |watch: &Watch<Secret>| std::iter::from_fn(|| watch.try_recv()).collect::<Vec<_>>();
    let watch = secrets.watch("secret");
    let resumed = secrets.watch_after("secret", version);
    assert!(matches!(read(&watch)[..], [Change::Reset, Change::Set(_), Change::Ready]));
    assert!(matches!(read(&resumed)[..], [Change::Ready]));
    assert_eq!(events_here(), [""; 0]);

    let stranger = secrets.watch_after("secret", first_version());
    assert!(matches!(read(&stranger)[..], [Change::Reset, Change::Set(_), Change::Ready]));
    assert_eq!(events_here(), [lost]);

    // More removals than are kept.
    for _ in 0..=65_536 {
        secrets.set("secret", secret()).unwrap();
        secrets.delete("secret");
    }
    assert!(matches!(read(&watch)[..], [Change::Reset, Change::Ready]));
    assert_eq!(events_here(), [lost]);
}

#[test]
fn forgotten_tenants_emit_an_event() {
    listen();
    let (_, kv) = given(Expiry::Manual, Limits::default());
    for n in 0..=64 {
        let host = format!("t{n}.example");
        kv.tenant(&host).unwrap().set::<crate::Note>("k", note("x")).unwrap();
        kv.drop_tenant(&host);
    }
    let events = events_here();
    assert_eq!(events.iter().filter(|line| line.starts_with("INFO dropped")).count(), 65);
    let forgotten: Vec<_> = events.iter().filter(|line| !line.starts_with("INFO dropped")).collect();
    assert_eq!(forgotten, ["DEBUG forgot empty tenants tenants=64"]);
}

#[derive(Debug, KvType)]
struct Brief(u32);

#[derive(KvType)]
struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.0, "a value that panics when dropped");
    }
}

#[test]
fn expiry_thread_emits_events_for_its_start_work_and_end() {
    listen();
    let (clock, kv) = given(Expiry::Background, Limits::default());
    let store = kv.tenant("acme.example").unwrap();
    let options = SetOptions::new().ttl(secs(10));
    store.set_with::<Brief>("a", Brief(1), options).unwrap();
    store.set_with::<Brief>("b", Brief(2), options).unwrap();
    store.set_with::<Bomb>("a", Bomb(true), options).unwrap();
    clock.advance(secs(10));
    let removed = "DEBUG removed expired entries tag=Brief entries=2";
    let events = events_of(thread_of(removed), ENDED);
    assert_eq!(events, [STARTED, removed, "WARN continued after a panic what=value", ENDED]);
    assert_eq!(events_here(), [""; 0]);
}

/// A waker that reports the calling thread, and panics.
struct Panicky(mpsc::Sender<ThreadId>);

impl Wake for Panicky {
    fn wake(self: Arc<Self>) {
        self.0.send(thread::current().id()).unwrap();
        panic!("a waker that panics");
    }
}

#[test]
fn panicking_waker_emits_an_event() {
    listen();
    let (_, kv) = given(Expiry::Manual, Limits::default());
    let secrets = kv.tenant("acme.example").unwrap().typed::<Secret>();
    let watch = secrets.watch("");
    while watch.try_recv().is_some() {}
    let (sender, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(Panicky(sender)));
    let mut next = pin!(watch.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    secrets.set("secret", secret()).unwrap();
    let events = events_of(woken.recv_timeout(PATIENCE).unwrap(), ENDED);
    assert_eq!(events, [STARTED, "WARN continued after a panic what=waker", ENDED]);
}

/// A clock that panics when the store's thread first reads it.
struct Faulty {
    clock: ManualClock,
    has_panicked: AtomicBool,
}

impl Clock for Faulty {
    fn now(&self) -> Duration {
        let is_expiry = thread::current().name() == Some("kv-expiry");
        assert!(!is_expiry || self.has_panicked.swap(true, Ordering::Relaxed), "a clock that panics");
        self.clock.now()
    }

    fn system_time(&self) -> SystemTime {
        self.clock.system_time()
    }

    fn on_jump(&self, waker: Waker) {
        self.clock.on_jump(waker);
    }
}

#[test]
fn panicking_clock_emits_an_event() {
    #[derive(Debug, KvType)]
    struct ExpiresLate(u32);

    listen();
    let clock = ManualClock::new();
    let kv = KvStore::builder()
        .clock(Faulty { clock: clock.clone(), has_panicked: AtomicBool::new(false) })
        .build();
    let store = kv.tenant("acme.example").unwrap().typed::<ExpiresLate>();
    store.set_with("a", ExpiresLate(1), SetOptions::new().ttl(secs(10))).unwrap();
    clock.advance(secs(10));
    let removed = "DEBUG removed expired entries tag=ExpiresLate entries=1";
    let events = events_of(thread_of(removed), ENDED);
    assert_eq!(events, [STARTED, "WARN continued after a panic what=clock", removed, ENDED]);
}

#[test]
fn failure_to_start_the_thread_emits_an_event() {
    const NAME: &str = "tracing::failure_to_start_the_thread_emits_an_event";
    const CHILD: &str = "KV_TEST_HAS_NO_THREADS";

    if std::env::var_os(CHILD).is_none() {
        // A child process that cannot allocate the stack of a thread.
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program);
        child.args([NAME, "--exact", "--test-threads=1"]).env(CHILD, "1");
        let output = child.env("RUST_MIN_STACK", (1_usize << 60).to_string()).output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && stdout.contains("1 passed"), "{output:?}");
        return;
    }
    listen();
    let refused = "ERROR the expiry thread could not be started";
    let (clock, kv) = given(Expiry::Background, Limits::default());
    let store = kv.tenant("acme.example").unwrap().typed::<Brief>();
    store.set("a", Brief(1)).unwrap();
    assert_eq!(events_here(), [""; 0]);
    store.set_with("a", Brief(1), SetOptions::new().ttl(secs(10))).unwrap();
    assert_eq!(events_here(), [refused]);
    store.touch("a", secs(5)).unwrap();
    assert_eq!(events_here(), [refused]);
    clock.advance(secs(5));
    assert_eq!((store.get("a").map(|removed| removed.0), kv.purge_expired()), (None, 1));
    assert_eq!(events_here(), [""; 0]);

    let watch = store.watch("");
    while watch.try_recv().is_some() {}
    let mut next = pin!(watch.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    store.set("a", Brief(2)).unwrap();
    assert_eq!(events_here(), [refused]);
}

/// Runs an action for each event until it is dropped. Tests that use it run one at a time.
struct ActionGuard(#[expect(dead_code, reason = "held")] std::sync::MutexGuard<'static, ()>);

impl ActionGuard {
    fn new(action: impl Fn(&str) + Send + Sync + 'static) -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap();
        *ACTION.lock().unwrap() = Some(Arc::new(action));
        Self(one)
    }
}

impl Drop for ActionGuard {
    fn drop(&mut self) {
        *ACTION.lock().unwrap() = None;
    }
}

#[derive(Debug, PartialEq, KvType)]
#[kv(ttl = "10s", max_entries = 2, evict = "oldest")]
struct Busy(u32);

/// A type that the subscriber's action does not use.
#[derive(Debug, KvType)]
struct Alone(u32);

/// Calls everything that takes a lock of the store. It removes expired entries of `Busy` only.
fn use_all(kv: &KvStore, tenant: &TenantStore, watch: &Watch<Busy>) {
    let busy = tenant.typed::<Busy>();
    for n in 0..3 {
        // The write may be refused, because this also runs after a limit was exceeded.
        let _ = busy.set(format!("used:{n}"), Busy(n));
    }
    busy.update("used:2", |_| None).unwrap();
    let _ = busy.get_or_insert_with("used:2", || Busy(2));
    busy.touch("used:2", secs(1)).unwrap();
    busy.get("used:1");
    assert!(busy.scan("").count() <= 2);
    drop(busy.watch(""));
    watch.try_recv();
    watch.version();
    kv.stats();
    kv.tenants();
}

#[test]
fn subscriber_that_uses_the_store_does_not_deadlock() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        listen();
        let limits = Limits::default().watchers(2).entries_per_tenant(4);
        let (clock, kv) = given(Expiry::Background, limits);
        let acme = kv.tenant("acme.example").unwrap();
        let busy = acme.typed::<Busy>();
        // The handle in use, which may be about to be written to for the first time, and a watch in
        // use.
        let in_use = Arc::new(Mutex::new((acme.clone(), Arc::new(busy.watch("")))));
        let outcomes = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let action = {
            let (kv, in_use, outcomes) = (kv.clone(), Arc::clone(&in_use), Arc::clone(&outcomes));
            ActionGuard::new(move |_| {
                let (tenant, watch) = in_use.lock().unwrap().clone();
                let used = catch_unwind(AssertUnwindSafe(|| use_all(&kv, &tenant, &watch)));
                let outcome = if used.is_ok() { &outcomes.0 } else { &outcomes.1 };
                outcome.fetch_add(1, Ordering::Relaxed);
            })
        };
        let mut all = Vec::new();
        let mut expect_event = |start: &str| {
            all.extend(events_here());
            assert!(all.iter().any(|line| line.contains(start)), "{start} is missing in {all:?}");
        };

        busy.set_many([1, 2, 3].map(|n| (n.to_string(), Busy(n)))).unwrap();
        busy.set("4", Busy(4)).unwrap();
        expect_event("evicted entries tag=Busy");
        acme.typed::<Brief>().set_many([1, 2, 3, 4].map(|n| (n.to_string(), Brief(n)))).unwrap_err();
        expect_event("refused a write");
        let more = [(); 2].map(|()| busy.watch(""));
        expect_event("refused a watch");
        drop(more);
        // Repeated if the action on another thread received the reset first.
        while !events_here().iter().any(|line| line.contains("lost its position")) {
            let watch = Arc::new(busy.watch_after("", first_version()));
            in_use.lock().unwrap().1 = Arc::clone(&watch);
            watch.try_recv();
        }
        kv.drop_tenant("acme.example");
        expect_event("dropped a tenant");
        for n in 0..200 {
            let tenant = kv.tenant(format!("t{n}.example")).unwrap();
            in_use.lock().unwrap().0 = tenant.clone();
            tenant.set::<Busy>("k", Busy(1)).unwrap();
            tenant.clear();
            in_use.lock().unwrap().0 = acme.clone();
        }
        expect_event("forgot empty tenants");
        acme.set_with::<Alone>("k", Alone(1), SetOptions::new().ttl(secs(10))).unwrap();
        clock.advance(secs(10));
        thread_of("removed expired entries tag=Alone");
        drop(action);
        let [used, failed] = [&outcomes.0, &outcomes.1].map(|n| n.load(Ordering::Relaxed));
        assert!(used > 6 && failed == 0, "{used} successful and {failed} failed uses of the store");
        done.send(()).unwrap();
    });
    is_done.recv_timeout(PATIENCE).expect("the subscriber failed or deadlocked");
}

#[test]
fn panic_of_a_subscriber_is_not_propagated() {
    #[derive(Debug, KvType)]
    #[kv(max_entries = 1, evict = "oldest")]
    struct Fragile(u32);

    listen();
    let panics = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&panics);
    let _also = ActionGuard::new(move |line| {
        if line.contains("tag=Fragile") {
            count.fetch_add(1, Ordering::Relaxed);
            panic!("a subscriber that panics");
        }
    });
    let (clock, kv) = given(Expiry::Background, Limits::default());
    let store: TypedStore<Fragile> = kv.tenant("acme.example").unwrap().typed();
    store.set("a", Fragile(1)).unwrap();
    store.set("b", Fragile(2)).unwrap();
    assert_eq!(events_here(), ["TRACE evicted entries tag=Fragile entries=1"]);
    assert_eq!((panics.load(Ordering::Relaxed), store.contains("b")), (1, true));

    store.clear();
    store.set_with("c", Fragile(3), SetOptions::new().ttl(secs(10))).unwrap();
    clock.advance(secs(10));
    let removed = "DEBUG removed expired entries tag=Fragile entries=1";
    let thread = thread_of(removed);
    assert_eq!(events_of(thread, ENDED), [STARTED, removed, ENDED], "the thread ended normally");
}
