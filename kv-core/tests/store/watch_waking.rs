//! Waiting watchers are woken by changes, whatever else the store's thread has to do.

use crate::watch::{Counter, received, short};
use crate::{Cursor, Note, cursor, given_notes, note, secs};
use kv_core::{Change, Expiry, KvStore, KvType, ManualClock, Recv, SetOptions, Watch};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// Maximum time to wait for something that takes milliseconds.
const SOON: Duration = Duration::from_secs(5);

fn soon(is_so: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > SOON {
            return false;
        }
        thread::yield_now();
    }
    true
}

/// A task that runs on the thread that wakes it. It receives all changes, calls a function and
/// waits again.
struct Task<T: KvType> {
    watch: &'static Watch<T>,
    next: Mutex<Option<Pin<Box<Recv<'static, T>>>>>,
    resets: AtomicUsize,
    then: Box<dyn Fn() + Send + Sync>,
}

impl<T: KvType> Task<T> {
    fn start(watch: Watch<T>, then: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        // Forever, because its waker keeps waiting.
        let watch: &'static Watch<T> = Box::leak(Box::new(watch));
        let next = Mutex::new(Some(Box::pin(watch.recv_async())));
        let task = Arc::new(Self { watch, next, resets: AtomicUsize::new(0), then: Box::new(then) });
        task.clone().run();
        task
    }

    fn run(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut next = self.next.lock().unwrap();
        while let Some(Poll::Ready(change)) =
            next.as_mut().map(|next| next.as_mut().poll(&mut Context::from_waker(&waker)))
        {
            self.resets.fetch_add(usize::from(matches!(change, Some(Change::Reset))), Ordering::SeqCst);
            *next = change.map(|_| Box::pin(self.watch.recv_async()));
        }
    }
}

impl<T: KvType> Wake for Task<T> {
    fn wake(self: Arc<Self>) {
        Arc::clone(&self).run();
        (self.then)();
    }
}

#[test]
fn waiting_watcher_does_not_fall_behind() {
    let notes = given_notes();
    let (quiet, busy) = (notes.watch("quiet:"), notes.watch("busy:"));
    received(&quiet);
    let counters = [(); 2].map(|()| Arc::new(Counter::default()));
    let [quiet_waker, busy_waker] = counters.clone().map(Waker::from);
    let mut next = pin!(quiet.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(&quiet_waker)).is_pending());
    let (mut rounds, mut removed, mut woken) = (0, 0, 0);
    while removed < 70_000 {
        // Few enough that the thread compares them with the prefixes of the watchers.
        for n in 0..50 {
            notes.set(format!("busy:{n}"), note("1")).unwrap();
            notes.delete(format!("busy:{n}"));
            removed += 1;
        }
        received(&busy);
        let mut last = pin!(busy.recv_async());
        assert!(last.as_mut().poll(&mut Context::from_waker(&busy_waker)).is_pending());
        notes.set("busy:last", note("1")).unwrap();
        rounds += 1;
        counters[1].reaches(rounds);
        // It is woken now and then, so that it does not fall behind the change log.
        let now = counters[0].0.load(Ordering::SeqCst);
        if std::mem::replace(&mut woken, now) != now {
            assert!(next.as_mut().poll(&mut Context::from_waker(&quiet_waker)).is_pending());
        }
    }
    assert!(woken < 10, "no change was under its prefix, and it was woken {woken} times");
    notes.set("quiet:1", note("1")).unwrap();
    counters[0].reaches(woken + 1);
    match next.as_mut().poll(&mut Context::from_waker(&quiet_waker)) {
        Poll::Ready(Some(change)) => assert_eq!(short(&change), "quiet:1=1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn expired_entries_are_removed_while_watchers_keep_the_thread_busy() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Background).build();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let echoes = Arc::new(AtomicBool::new(true));
    notes.set_with("brief", note("1"), SetOptions::new().ttl(secs(1))).unwrap();
    let (store, on) = (notes.clone(), Arc::clone(&echoes));
    // It answers every change with a write.
    let _task = Task::start(notes.watch("talk"), move || {
        if on.load(Ordering::SeqCst) {
            store.set("talk", note("and")).unwrap();
        }
    });
    notes.set("talk", note("hello")).unwrap();
    assert!(soon(|| notes.stats().writes > 100), "they talk");
    clock.advance(secs(1));
    let expired = soon(|| notes.stats().expirations == 1);
    echoes.store(false, Ordering::SeqCst);
    assert!(expired, "{} writes, and nothing was removed", notes.stats().writes);
}

#[test]
fn mass_expiry_notifies_watchers_while_it_runs() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Background).build();
    let cursors = kv.tenant("acme.example").unwrap().typed::<Cursor>();
    let all = (0..70_000).map(|n| (n.to_string(), cursor(1)));
    cursors.set_many(all).unwrap();
    let task = Task::start(cursors.watch(""), || {});
    assert_eq!(task.resets.load(Ordering::SeqCst), 1);
    clock.advance(secs(30));
    // `stats` visits all expired entries, so it is not called in a tight loop.
    let all_expired = || {
        thread::sleep(Duration::from_millis(100));
        cursors.stats().expirations == 70_000
    };
    assert!((0..600).any(|_| all_expired()));
    assert!(soon(|| task.watch.version().is_some() && task.watch.try_recv().is_none()));
    assert_eq!(task.resets.load(Ordering::SeqCst), 1, "the watcher was not reset again");
}

#[test]
fn panic_payload_that_panics_does_not_affect_other_watchers() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(thread::panicking(), "on purpose");
        }
    }
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            std::panic::panic_any(Bomb)
        }
    }
    let notes = given_notes();
    let watches: Vec<_> = (0..16).map(|_| notes.watch("")).collect();
    let counter = Arc::new(Counter::default());
    let mut waiting = Vec::new();
    for (n, watch) in watches.iter().enumerate() {
        received(watch);
        let mut next = Box::pin(watch.recv_async());
        let waker =
            if n % 2 == 0 { Waker::from(Arc::new(Panics)) } else { Waker::from(Arc::clone(&counter)) };
        assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        waiting.push(next);
    }
    notes.set("a", note("1")).unwrap();
    soon(|| counter.0.load(Ordering::SeqCst) == 8);
    assert_eq!(counter.0.load(Ordering::SeqCst), 8);
}

#[test]
fn received_change_wakes_no_watcher_again() {
    let notes = given_notes();
    let (near, far) = (notes.watch("user:"), notes.watch("room:"));
    received(&near);
    received(&far);
    let counters = [(); 2].map(|()| Arc::new(Counter::default()));
    let [near_waker, far_waker] = counters.clone().map(Waker::from);
    let (mut near_next, mut far_next) = (pin!(near.recv_async()), pin!(far.recv_async()));
    assert!(near_next.as_mut().poll(&mut Context::from_waker(&near_waker)).is_pending());
    notes.set("user:1", note("1")).unwrap();
    counters[0].reaches(1);
    received(&near);
    assert!(near_next.as_mut().poll(&mut Context::from_waker(&near_waker)).is_pending());
    assert!(far_next.as_mut().poll(&mut Context::from_waker(&far_waker)).is_pending());
    notes.set("room:1", note("1")).unwrap();
    counters[1].reaches(1);
    assert_eq!(counters[0].0.load(Ordering::SeqCst), 1, "the watcher had received the change");
}

#[test]
fn waiter_is_woken_by_the_last_change_and_once_for_all() {
    let notes = given_notes();
    let watch = notes.watch("z");
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let wait = || {
        received(&watch);
        let mut next = Box::pin(watch.recv_async());
        assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        next
    };
    let next = wait();
    let many = (0..100).map(|n| format!("a{n}")).chain(["z".to_owned()]);
    notes.set_many(many.map(|key| (key, note("1")))).unwrap();
    counter.reaches(1);
    drop(next);
    // More removals than are kept.
    notes.set_many((0..65_536).map(|n| (n.to_string(), note("1")))).unwrap();
    let next = wait();
    notes.clear();
    counter.reaches(2);
    drop(next);
    assert_eq!(received(&watch), ["reset", "ready"]);
}

/// A waker that blocks the thread until the test continues it.
struct Holding {
    reached: Sender<()>,
    open: Mutex<Receiver<()>>,
}

impl Wake for Holding {
    fn wake(self: Arc<Self>) {
        self.reached.send(()).unwrap();
        let _ = self.open.lock().unwrap().recv_timeout(SOON);
    }
}

#[test]
fn new_watcher_takes_no_change_from_waiting_ones() {
    let notes = given_notes();
    let (first, second) = (notes.watch("a"), notes.watch("b"));
    received(&first);
    received(&second);
    let ((reached, is_reached), (open, is_open)) = (channel(), channel());
    let holding = Waker::from(Arc::new(Holding { reached, open: Mutex::new(is_open) }));
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let (mut first_next, mut second_next) = (pin!(first.recv_async()), pin!(second.recv_async()));
    assert!(first_next.as_mut().poll(&mut Context::from_waker(&holding)).is_pending());
    notes.set("a", note("1")).unwrap();
    is_reached.recv_timeout(SOON).unwrap();
    assert!(second_next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    // While the thread is blocked, an entry changes, and then a watcher registers.
    notes.set("b", note("1")).unwrap();
    let third = notes.watch("");
    open.send(()).unwrap();
    counter.reaches(1);
    assert_eq!(received(&third), ["reset", "a=1", "b=1", "ready"]);
}

#[test]
fn waiter_is_woken_while_the_thread_waits_for_a_deadline() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    store.set_with::<Cursor>("far", cursor(1), SetOptions::new().ttl(secs(3600))).unwrap();
    let watch = store.watch::<Note>("");
    received(&watch);
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let mut next = pin!(watch.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    // Long enough for the thread to have gone to sleep.
    thread::sleep(Duration::from_millis(20));
    store.set::<Note>("a", note("1")).unwrap();
    assert!(soon(|| counter.0.load(Ordering::SeqCst) == 1));
}
