//! Those who wait for a change hear of it, whatever else the store's thread has to do.

use crate::watch::{Counter, short, told};
use crate::{Cursor, Note, cursor, given_notes, note, secs};
use kv_core::{Change, Expiry, KvStore, KvType, ManualClock, Recv, SetOptions, Watch};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// Enough for what takes milliseconds, and bearable where it never comes.
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

/// A task that runs wherever it is woken: it takes all changes, does something, and waits again.
struct Task<T: KvType> {
    watch: &'static Watch<T>,
    next: Mutex<Option<Pin<Box<Recv<'static, T>>>>>,
    resets: AtomicUsize,
    then: Box<dyn Fn() + Send + Sync>,
}

impl<T: KvType> Task<T> {
    fn start(watch: Watch<T>, then: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        // For as long as its waker waits, which is for ever.
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
fn who_waits_all_the_while_is_not_too_slow() {
    let notes = given_notes();
    let (quiet, busy) = (notes.watch("quiet:"), notes.watch("busy:"));
    told(&quiet);
    let counters = [(); 2].map(|()| Arc::new(Counter::default()));
    let [quiet_waker, busy_waker] = counters.clone().map(Waker::from);
    let mut next = pin!(quiet.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(&quiet_waker)).is_pending());
    let (mut rounds, mut removed, mut woken) = (0, 0, 0);
    while removed < 70_000 {
        // Few enough that the thread can tell whom they concern.
        for n in 0..50 {
            notes.set(format!("busy:{n}"), note("1")).unwrap();
            notes.delete(format!("busy:{n}"));
            removed += 1;
        }
        told(&busy);
        let mut last = pin!(busy.recv_async());
        assert!(last.as_mut().poll(&mut Context::from_waker(&busy_waker)).is_pending());
        notes.set("busy:last", note("1")).unwrap();
        rounds += 1;
        counters[1].reaches(rounds);
        // Now and then it is woken to look how far the log is.
        let now = counters[0].0.load(Ordering::SeqCst);
        if std::mem::replace(&mut woken, now) != now {
            assert!(next.as_mut().poll(&mut Context::from_waker(&quiet_waker)).is_pending());
        }
    }
    assert!(woken < 10, "nothing concerned it, and it was woken {woken} times");
    notes.set("quiet:1", note("1")).unwrap();
    counters[0].reaches(woken + 1);
    match next.as_mut().poll(&mut Context::from_waker(&quiet_waker)) {
        Poll::Ready(Some(change)) => assert_eq!(short(&change), "quiet:1=1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_due_goes_while_those_who_wait_keep_the_thread_busy() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Background).build();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let echoes = Arc::new(AtomicBool::new(true));
    notes.set_with("brief", note("1"), SetOptions::new().ttl(secs(1))).unwrap();
    let (store, on) = (notes.clone(), Arc::clone(&echoes));
    // Whatever it hears it answers, as two who talk to each other do.
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
fn much_that_expires_at_once_is_told_of_while_it_goes() {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Background).build();
    let cursors = kv.tenant("acme.example").unwrap().typed::<Cursor>();
    let all = (0..70_000).map(|n| (n.to_string(), cursor(1)));
    cursors.set_many(all).unwrap();
    let task = Task::start(cursors.watch(""), || {});
    assert_eq!(task.resets.load(Ordering::SeqCst), 1);
    clock.advance(secs(30));
    // Stats look at all that is due, so they are not asked for all the time.
    let all_expired = || {
        thread::sleep(Duration::from_millis(100));
        cursors.stats().expirations == 70_000
    };
    assert!((0..600).any(|_| all_expired()));
    assert!(soon(|| task.watch.version().is_some() && task.watch.try_recv().is_none()));
    assert_eq!(task.resets.load(Ordering::SeqCst), 1, "it has waited for nothing else");
}

#[test]
fn a_panic_that_panics_when_dropped_is_no_concern_of_others() {
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
        told(watch);
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
fn what_was_heard_of_once_wakes_nobody_again() {
    let notes = given_notes();
    let (near, far) = (notes.watch("user:"), notes.watch("room:"));
    told(&near);
    told(&far);
    let counters = [(); 2].map(|()| Arc::new(Counter::default()));
    let [near_waker, far_waker] = counters.clone().map(Waker::from);
    let (mut near_next, mut far_next) = (pin!(near.recv_async()), pin!(far.recv_async()));
    assert!(near_next.as_mut().poll(&mut Context::from_waker(&near_waker)).is_pending());
    notes.set("user:1", note("1")).unwrap();
    counters[0].reaches(1);
    told(&near);
    assert!(near_next.as_mut().poll(&mut Context::from_waker(&near_waker)).is_pending());
    assert!(far_next.as_mut().poll(&mut Context::from_waker(&far_waker)).is_pending());
    notes.set("room:1", note("1")).unwrap();
    counters[1].reaches(1);
    assert_eq!(counters[0].0.load(Ordering::SeqCst), 1, "it has seen what concerned it");
}

#[test]
fn who_waits_is_woken_by_the_last_of_many_changes_and_by_all_at_once() {
    let notes = given_notes();
    let watch = notes.watch("z");
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let wait = || {
        told(&watch);
        let mut next = Box::pin(watch.recv_async());
        assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        next
    };
    let next = wait();
    let many = (0..100).map(|n| format!("a{n}")).chain(["z".to_owned()]);
    notes.set_many(many.map(|key| (key, note("1")))).unwrap();
    counter.reaches(1);
    drop(next);
    // More than are kept one by one.
    notes.set_many((0..65_536).map(|n| (n.to_string(), note("1")))).unwrap();
    let next = wait();
    notes.clear();
    counter.reaches(2);
    drop(next);
    assert_eq!(told(&watch), ["reset", "ready"]);
}

/// A waker that keeps the thread until it may go on.
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
fn who_begins_to_watch_takes_no_change_from_those_who_wait() {
    let notes = given_notes();
    let (first, second) = (notes.watch("a"), notes.watch("b"));
    told(&first);
    told(&second);
    let ((reached, is_reached), (open, is_open)) = (channel(), channel());
    let holding = Waker::from(Arc::new(Holding { reached, open: Mutex::new(is_open) }));
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let (mut first_next, mut second_next) = (pin!(first.recv_async()), pin!(second.recv_async()));
    assert!(first_next.as_mut().poll(&mut Context::from_waker(&holding)).is_pending());
    notes.set("a", note("1")).unwrap();
    is_reached.recv_timeout(SOON).unwrap();
    assert!(second_next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    // While the thread is held up, something changes, and then somebody comes.
    notes.set("b", note("1")).unwrap();
    let third = notes.watch("");
    open.send(()).unwrap();
    counter.reaches(1);
    assert_eq!(told(&third), ["reset", "a=1", "b=1", "ready"]);
}

#[test]
fn who_waits_is_woken_while_the_thread_waits_for_a_deadline() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    store.set_with::<Cursor>("far", cursor(1), SetOptions::new().ttl(secs(3600))).unwrap();
    let watch = store.watch::<Note>("");
    told(&watch);
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(Arc::clone(&counter));
    let mut next = pin!(watch.recv_async());
    assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    // Long enough for the thread to have gone to sleep.
    thread::sleep(Duration::from_millis(20));
    store.set::<Note>("a", note("1")).unwrap();
    assert!(soon(|| counter.0.load(Ordering::SeqCst) == 1));
}
