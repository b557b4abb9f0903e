//! What a store does that is rare is told to the subscriber, which may do as it likes.

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

/// What the subscriber was told by threads that listen and by stores' threads: one subscriber for all tests, since those
/// threads have no other.
static TOLD: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());
static MORE: Condvar = Condvar::new();

/// What the subscriber does besides.
static ALSO: Mutex<Option<Action>> = Mutex::new(None);

type Action = Arc<dyn Fn(&str) + Send + Sync>;

thread_local! {
    static LISTENS: Cell<bool> = const { Cell::new(false) };
    static IS_TOLD: Cell<bool> = const { Cell::new(false) };
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "kv_core"
    }

    fn event(&self, event: &Event<'_>) {
        let is_expiry = || thread::current().name() == Some("kv-expiry");
        if IS_TOLD.get() || !(LISTENS.get() || is_expiry()) {
            return;
        }
        let mut line = Line(format!("{}", event.metadata().level()));
        event.record(&mut line);
        TOLD.lock().unwrap().push((thread::current().id(), line.0.clone()));
        MORE.notify_all();
        let also = ALSO.lock().unwrap().clone();
        if let Some(also) = also {
            IS_TOLD.set(true);
            let again = Again;
            also(&line.0);
            drop(again);
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

/// Lets the thread be told again, also after a panic.
struct Again;

impl Drop for Again {
    fn drop(&mut self) {
        IS_TOLD.set(false);
    }
}

/// An event in a line: its level, its message and its fields.
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

/// Has the subscriber hear this thread.
fn listen() {
    static SET: Once = Once::new();
    SET.call_once(|| tracing::subscriber::set_global_default(Listener).unwrap());
    LISTENS.set(true);
    told_here();
}

/// What this thread has told since it was asked last.
fn told_here() -> Vec<String> {
    let here = thread::current().id();
    TOLD.lock().unwrap().extract_if(.., |(thread, _)| *thread == here).map(|(_, line)| line).collect()
}

/// All that a thread has told, once it has told this.
fn told_by(thread: ThreadId, last: &str) -> Vec<String> {
    let all = |told: &[(ThreadId, String)]| -> Vec<String> {
        told.iter().filter(|(by, _)| *by == thread).map(|(_, line)| line.clone()).collect()
    };
    let told = TOLD.lock().unwrap();
    let is_waiting = |told: &mut Vec<(ThreadId, String)>| !all(told).iter().any(|line| line == last);
    let (told, timeout) = MORE.wait_timeout_while(told, PATIENCE, is_waiting).unwrap();
    assert!(!timeout.timed_out(), "not told: {last}, but {:?}", all(&told));
    all(&told)
}

/// The thread that has told of this, once one has.
fn who_told(of: &str) -> ThreadId {
    let told = TOLD.lock().unwrap();
    let found =
        |told: &[(ThreadId, String)]| told.iter().find(|(_, told)| told.contains(of)).map(|(by, _)| *by);
    let (told, timeout) = MORE.wait_timeout_while(told, PATIENCE, |told| found(told).is_none()).unwrap();
    assert!(!timeout.timed_out(), "not told: {of}");
    found(&told).unwrap()
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

/// A version that no store has given in this century.
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
fn what_an_operation_does_is_told_to_the_thread_that_asked_for_it() {
    listen();
    let limits = Limits::default().entries_per_tenant(4).value_bytes(100).watchers(2);
    let (_, kv) = given(Expiry::Manual, limits);
    let store = kv.tenant("acme.example").unwrap();
    let secrets = store.typed::<Secret>();

    secrets.set("secret:1", secret()).unwrap();
    secrets.get("secret:1");
    secrets.set("secret:1", secret()).unwrap();
    secrets.delete("secret:1");
    assert_eq!(told_here(), [""; 0], "what is not rare is not told");

    secrets.set_many(["secret:1", "secret:2", "secret:3", "secret:4"].map(|key| (key, secret()))).unwrap();
    secrets.set("secret:5", secret()).unwrap_err();
    secrets.update("secret:5", |_| Some(secret())).unwrap_err();
    let refused = "DEBUG refused a write over a limit tenant=acme.example tag=Secret limit=entries_per_tenant allowed=4";
    assert_eq!(told_here(), [refused, refused]);
    secrets.set("secret:1", Secret { text: "a secret".repeat(100) }).unwrap_err();
    assert_eq!(
        told_here(),
        ["DEBUG refused a write over a limit tenant=acme.example tag=Secret limit=value_bytes allowed=100"]
    );

    assert!(kv.drop_tenant("ACME.example") && !kv.drop_tenant("acme.example") && !kv.drop_tenant("no host"));
    assert_eq!(told_here(), ["INFO dropped a tenant tenant=acme.example entries=4"]);

    let recent = store.typed::<SecretRecent>();
    recent.set_many([1, 2].map(|n| (n.to_string(), SecretRecent(n.to_string())))).unwrap();
    recent.set("3", SecretRecent("secret".to_owned())).unwrap();
    recent.set_many([4, 5].map(|n| (n.to_string(), SecretRecent(n.to_string())))).unwrap();
    assert_eq!(told_here(), [1, 2].map(|n| format!("TRACE evicted entries tag=SecretRecent entries={n}")));

    let watches = [(); 3].map(|()| secrets.watch("secret:"));
    assert!(watches[2].refused().is_some());
    assert_eq!(
        told_here(),
        ["WARN refused a watch over a limit tenant=acme.example tag=Secret limit=watchers allowed=2"]
    );
}

#[test]
fn a_watch_that_starts_over_is_told_of_and_one_that_starts_is_not() {
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
    assert_eq!(told_here(), [""; 0]);

    let stranger = secrets.watch_after("secret", first_version());
    assert!(matches!(read(&stranger)[..], [Change::Reset, Change::Set(_), Change::Ready]));
    assert_eq!(told_here(), [lost]);

    // More removals than are kept.
    for _ in 0..=65_536 {
        secrets.set("secret", secret()).unwrap();
        secrets.delete("secret");
    }
    assert!(matches!(read(&watch)[..], [Change::Reset, Change::Ready]));
    assert_eq!(told_here(), [lost]);
}

#[test]
fn tenants_that_are_forgotten_are_told_of() {
    listen();
    let (_, kv) = given(Expiry::Manual, Limits::default());
    for n in 0..=64 {
        let host = format!("t{n}.example");
        kv.tenant(&host).unwrap().set::<crate::Note>("k", note("x")).unwrap();
        kv.drop_tenant(&host);
    }
    let told = told_here();
    assert_eq!(told.iter().filter(|line| line.starts_with("INFO dropped")).count(), 65);
    let forgotten: Vec<_> = told.iter().filter(|line| !line.starts_with("INFO dropped")).collect();
    assert_eq!(forgotten, ["DEBUG forgot empty tenants tenants=64"]);
}

#[derive(Debug, KvType)]
struct Swept(u32);

#[derive(KvType)]
struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.0, "a value that panics when dropped");
    }
}

#[test]
fn the_life_of_the_expiry_thread_is_told_of() {
    listen();
    let (clock, kv) = given(Expiry::Background, Limits::default());
    let store = kv.tenant("acme.example").unwrap();
    let options = SetOptions::new().ttl(secs(10));
    store.set_with::<Swept>("a", Swept(1), options).unwrap();
    store.set_with::<Swept>("b", Swept(2), options).unwrap();
    store.set_with::<Bomb>("a", Bomb(true), options).unwrap();
    clock.advance(secs(10));
    let swept = "DEBUG removed expired entries tag=Swept entries=2";
    let told = told_by(who_told(swept), ENDED);
    assert_eq!(told, [STARTED, swept, "WARN continued after a panic what=value", ENDED]);
    assert_eq!(told_here(), [""; 0]);
}

/// A waker that tells whose thread wakes it, and panics.
struct Panicky(mpsc::Sender<ThreadId>);

impl Wake for Panicky {
    fn wake(self: Arc<Self>) {
        self.0.send(thread::current().id()).unwrap();
        panic!("a waker that panics");
    }
}

#[test]
fn a_waker_that_panics_is_told_of() {
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
    let told = told_by(woken.recv_timeout(PATIENCE).unwrap(), ENDED);
    assert_eq!(told, [STARTED, "WARN continued after a panic what=waker", ENDED]);
}

/// A clock that panics when the store's thread first asks it.
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
fn a_clock_that_panics_is_told_of() {
    #[derive(Debug, KvType)]
    struct SweptAfterAll(u32);

    listen();
    let clock = ManualClock::new();
    let kv = KvStore::builder()
        .clock(Faulty { clock: clock.clone(), has_panicked: AtomicBool::new(false) })
        .build();
    let store = kv.tenant("acme.example").unwrap().typed::<SweptAfterAll>();
    store.set_with("a", SweptAfterAll(1), SetOptions::new().ttl(secs(10))).unwrap();
    clock.advance(secs(10));
    let swept = "DEBUG removed expired entries tag=SweptAfterAll entries=1";
    let told = told_by(who_told(swept), ENDED);
    assert_eq!(told, [STARTED, "WARN continued after a panic what=clock", swept, ENDED]);
}

#[test]
fn a_thread_that_cannot_be_started_is_told_of() {
    const NAME: &str = "tracing::a_thread_that_cannot_be_started_is_told_of";
    const CHILD: &str = "KV_TEST_HAS_NO_THREADS";

    if std::env::var_os(CHILD).is_none() {
        // A process of its own, in which there is no room for the stack of any thread.
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
    let store = kv.tenant("acme.example").unwrap().typed::<Swept>();
    store.set("a", Swept(1)).unwrap();
    assert_eq!(told_here(), [""; 0]);
    store.set_with("a", Swept(1), SetOptions::new().ttl(secs(10))).unwrap();
    assert_eq!(told_here(), [refused]);
    store.touch("a", secs(5)).unwrap();
    assert_eq!(told_here(), [refused]);
    clock.advance(secs(5));
    assert_eq!((store.get("a").map(|swept| swept.0), kv.purge_expired()), (None, 1));
    assert_eq!(told_here(), [""; 0]);

    let watch = store.watch("");
    while watch.try_recv().is_some() {}
    let mut next = pin!(watch.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    store.set("a", Swept(2)).unwrap();
    assert_eq!(told_here(), [refused]);
}

/// Has the subscriber do something besides, as long as this lives. One test at a time does.
struct Also(#[expect(dead_code, reason = "held")] std::sync::MutexGuard<'static, ()>);

impl Also {
    fn does(action: impl Fn(&str) + Send + Sync + 'static) -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap();
        *ALSO.lock().unwrap() = Some(Arc::new(action));
        Self(one)
    }
}

impl Drop for Also {
    fn drop(&mut self) {
        *ALSO.lock().unwrap() = None;
    }
}

#[derive(Debug, PartialEq, KvType)]
#[kv(ttl = "10s", max_entries = 2, evict = "oldest")]
struct Busy(u32);

/// A type that the subscriber leaves alone.
#[derive(Debug, KvType)]
struct Alone(u32);

/// Everything that takes a lock of the store. It removes nothing that is due, but `Busy` ones.
fn use_all(kv: &KvStore, tenant: &TenantStore, watch: &Watch<Busy>) {
    let busy = tenant.typed::<Busy>();
    for n in 0..3 {
        // It may be refused, since this also runs where a limit was met.
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
fn a_subscriber_that_uses_the_store_waits_for_nobody() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        listen();
        let limits = Limits::default().watchers(2).entries_per_tenant(4);
        let (clock, kv) = given(Expiry::Background, limits);
        let acme = kv.tenant("acme.example").unwrap();
        let busy = acme.typed::<Busy>();
        // The handle that is in use, which may be about to be written to for the first time, and a watch that may be read.
        let in_use = Arc::new(Mutex::new((acme.clone(), Arc::new(busy.watch("")))));
        let outcomes = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let also = {
            let (kv, in_use, outcomes) = (kv.clone(), Arc::clone(&in_use), Arc::clone(&outcomes));
            Also::does(move |_| {
                let (tenant, watch) = in_use.lock().unwrap().clone();
                let used = catch_unwind(AssertUnwindSafe(|| use_all(&kv, &tenant, &watch)));
                let outcome = if used.is_ok() { &outcomes.0 } else { &outcomes.1 };
                outcome.fetch_add(1, Ordering::Relaxed);
            })
        };
        let mut all = Vec::new();
        let mut is_told = |start: &str| {
            all.extend(told_here());
            assert!(all.iter().any(|line| line.contains(start)), "{start} is missing in {all:?}");
        };

        busy.set_many([1, 2, 3].map(|n| (n.to_string(), Busy(n)))).unwrap();
        busy.set("4", Busy(4)).unwrap();
        is_told("evicted entries tag=Busy");
        acme.typed::<Swept>().set_many([1, 2, 3, 4].map(|n| (n.to_string(), Swept(n)))).unwrap_err();
        is_told("refused a write");
        let more = [(); 2].map(|()| busy.watch(""));
        is_told("refused a watch");
        drop(more);
        // Again, where the subscriber of another thread has come first.
        while !told_here().iter().any(|line| line.contains("lost its position")) {
            let watch = Arc::new(busy.watch_after("", first_version()));
            in_use.lock().unwrap().1 = Arc::clone(&watch);
            watch.try_recv();
        }
        kv.drop_tenant("acme.example");
        is_told("dropped a tenant");
        for n in 0..200 {
            let tenant = kv.tenant(format!("t{n}.example")).unwrap();
            in_use.lock().unwrap().0 = tenant.clone();
            tenant.set::<Busy>("k", Busy(1)).unwrap();
            tenant.clear();
            in_use.lock().unwrap().0 = acme.clone();
        }
        is_told("forgot empty tenants");
        acme.set_with::<Alone>("k", Alone(1), SetOptions::new().ttl(secs(10))).unwrap();
        clock.advance(secs(10));
        who_told("removed expired entries tag=Alone");
        drop(also);
        let [used, failed] = [&outcomes.0, &outcomes.1].map(|n| n.load(Ordering::Relaxed));
        assert!(used > 6 && failed == 0, "{used} times used, {failed} times in vain");
        done.send(()).unwrap();
    });
    is_done.recv_timeout(PATIENCE).expect("it neither failed nor waited for itself");
}

#[test]
fn a_subscriber_that_panics_harms_nobody() {
    #[derive(Debug, KvType)]
    #[kv(max_entries = 1, evict = "oldest")]
    struct Fragile(u32);

    listen();
    let panics = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&panics);
    let _also = Also::does(move |line| {
        if line.contains("tag=Fragile") {
            count.fetch_add(1, Ordering::Relaxed);
            panic!("a subscriber that panics");
        }
    });
    let (clock, kv) = given(Expiry::Background, Limits::default());
    let store: TypedStore<Fragile> = kv.tenant("acme.example").unwrap().typed();
    store.set("a", Fragile(1)).unwrap();
    store.set("b", Fragile(2)).unwrap();
    assert_eq!(told_here(), ["TRACE evicted entries tag=Fragile entries=1"]);
    assert_eq!((panics.load(Ordering::Relaxed), store.contains("b")), (1, true));

    store.clear();
    store.set_with("c", Fragile(3), SetOptions::new().ttl(secs(10))).unwrap();
    clock.advance(secs(10));
    let swept = "DEBUG removed expired entries tag=Fragile entries=1";
    let sweeper = who_told(swept);
    assert_eq!(told_by(sweeper, ENDED), [STARTED, swept, ENDED], "the thread ended as it should");
}
