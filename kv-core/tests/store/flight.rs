use crate::{Note, given_a_tenant, given_notes, note, secs};
use kv_core::{Error, InitError, KvStore, KvType, SetOptions, TypedStore};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts its calls.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future that becomes ready when it is opened, and wakes its waiters.
struct Gate<O>(mpsc::Receiver<O>);

impl<O> Future for Gate<O> {
    type Output = O;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<O> {
        self.0.try_recv().map_or(Poll::Pending, Poll::Ready)
    }
}

fn gate<O>() -> (mpsc::Sender<O>, Gate<O>) {
    let (sender, receiver) = mpsc::channel();
    (sender, Gate(receiver))
}

type Outcome = Result<Arc<Note>, InitError<&'static str>>;

fn poll<O>(future: Pin<&mut impl Future<Output = O>>) -> Poll<O> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A thread whose computation waits until the test continues it.
fn held_up(
    notes: &TypedStore<Note>,
    act: impl FnOnce() -> Result<Note, &'static str> + Send + 'static,
) -> (mpsc::Sender<()>, std::thread::JoinHandle<Outcome>) {
    let (go, wait) = mpsc::channel();
    let (inside, is_inside) = mpsc::channel();
    let notes = notes.clone();
    let thread = std::thread::spawn(move || {
        notes.get_or_try_insert_with("k", || {
            inside.send(()).unwrap();
            wait.recv().unwrap();
            act()
        })
    });
    is_inside.recv().unwrap();
    (go, thread)
}

#[test]
fn one_caller_computes_and_all_receive_its_value() {
    let notes = KvStore::new().tenant("acme.example").unwrap().typed::<Note>();
    let (computations, barrier) = (AtomicUsize::new(0), Barrier::new(8));
    let values: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    notes.get_or_insert_with("k", || {
                        computations.fetch_add(1, Ordering::SeqCst);
                        // Gives the other callers time to join.
                        (0..1000).for_each(|_| std::thread::yield_now());
                        note("computed")
                    })
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    assert_eq!(computations.load(Ordering::SeqCst), 1);
    assert!(values.iter().all(|value| Arc::ptr_eq(value, &values[0])));
    assert_eq!(notes.stats().writes, 1);
}

#[test]
fn error_passes_leadership_to_a_waiter() {
    let notes = given_notes();
    let (go, first) = held_up(&notes, || Err("no luck"));
    let mut second = pin!(notes.get_or_try_insert_async("k", async { Ok::<_, &str>(note("second")) }));
    assert!(poll(second.as_mut()).is_pending());
    go.send(()).unwrap();
    assert_eq!(first.join().unwrap(), Err(InitError::Init("no luck")));
    assert_eq!(poll(second), Poll::Ready(Ok(Arc::new(note("second")))));
}

#[test]
fn panic_passes_leadership_to_a_waiter() {
    let notes = given_notes();
    let (go, first) = held_up(&notes, || panic!("in the computation"));
    let waiting = notes.clone();
    let second = std::thread::spawn(move || waiting.get_or_insert_with("k", || note("second")));
    go.send(()).unwrap();
    assert!(first.join().is_err());
    assert_eq!(second.join().unwrap(), Ok(Arc::new(note("second"))));
    assert!(catch_unwind(AssertUnwindSafe(|| notes.get_or_insert_with("l", || panic!("alone")))).is_err());
    assert_eq!(notes.get_or_insert_with("l", || note("after")), Ok(Arc::new(note("after"))));
}

#[test]
fn refused_value_passes_leadership_to_a_waiter() {
    #[derive(Debug, PartialEq, KvType)]
    struct Even {
        #[kv(range(max = 9))]
        n: u8,
    }
    let evens = given_a_tenant().1.typed::<Even>();
    let (tell, gate) = gate::<Result<Even, ()>>();
    let mut first = pin!(evens.get_or_try_insert_async("k", gate));
    let mut second = pin!(evens.get_or_try_insert_async("k", async { Ok::<_, ()>(Even { n: 2 }) }));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    tell.send(Ok(Even { n: 10 })).unwrap();
    let Poll::Ready(Err(InitError::Store(Error::Validation(_)))) = poll(first) else {
        panic!("it was stored")
    };
    assert_eq!(poll(second), Poll::Ready(Ok(Arc::new(Even { n: 2 }))));
}

#[test]
fn dropped_future_passes_leadership_to_a_waiter() {
    let notes = given_notes();
    let (_tell, never) = gate::<Result<Note, ()>>();
    let mut first = Box::pin(notes.get_or_try_insert_async("k", never));
    let woken = Arc::new(Counting::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut second = pin!(notes.get_or_try_insert_async("k", async { Ok::<_, ()>(note("second")) }));
    assert!(poll(first.as_mut()).is_pending());
    assert!(second.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(first);
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert_eq!(poll(second), Poll::Ready(Ok(Arc::new(note("second")))));
    assert_eq!(notes.len(), 1);
}

#[test]
fn waiter_can_be_dropped() {
    let notes = given_notes();
    let (tell, gate) = gate::<Result<Note, ()>>();
    let mut first = pin!(notes.get_or_try_insert_async("k", gate));
    assert!(poll(first.as_mut()).is_pending());
    {
        let mut second = pin!(notes.get_or_try_insert_async("k", async { Ok::<_, ()>(note("second")) }));
        assert!(poll(second.as_mut()).is_pending());
    }
    tell.send(Ok(note("first"))).unwrap();
    assert_eq!(poll(first), Poll::Ready(Ok(Arc::new(note("first")))));
}

#[test]
fn value_written_during_the_computation_wins() {
    let notes = given_notes();
    let (go, first) = held_up(&notes, || Ok(note("computed")));
    let version = notes.set("k", note("written")).unwrap();
    go.send(()).unwrap();
    assert_eq!(first.join().unwrap(), Ok(Arc::new(note("written"))));
    assert_eq!(notes.get_entry("k").unwrap().version, version);
}

#[test]
fn value_written_before_leadership_is_not_computed() {
    let notes = given_notes();
    let (tell, gate) = gate::<Result<Note, &str>>();
    let mut first = pin!(notes.get_or_try_insert_async("k", gate));
    let mut second = pin!(notes.get_or_try_insert_async("k", async { panic!("it was there") }));
    assert!(poll(first.as_mut()).is_pending() && poll::<Outcome>(second.as_mut()).is_pending());
    notes.set("k", note("written")).unwrap();
    tell.send(Err("no luck")).unwrap();
    assert_eq!(poll(first), Poll::Ready(Err(InitError::Init("no luck"))));
    assert_eq!(poll(second), Poll::Ready(Ok(Arc::new(note("written")))));
}

#[test]
fn recursive_computation_is_refused() {
    let notes = given_notes();
    let mut inner = None;
    let outer = notes.get_or_insert_with("k", || {
        inner = Some(notes.get_or_insert_with("k", || note("inner")));
        note("outer")
    });
    assert_eq!((outer.unwrap().text.as_str(), inner), ("outer", Some(Err(Error::Recursive))));
}

#[test]
fn recursion_through_other_types_and_tenants_is_detected() {
    let kv = KvStore::new();
    let store = |host| kv.tenant(host).unwrap();
    let notes = store("a.example").typed::<Note>();
    let cursors = store("b.example").typed::<crate::Cursor>();
    let mut innermost = None;
    let outer = notes.get_or_insert_with("k", || {
        let middle = cursors.get_or_try_insert_with("k", || {
            innermost = Some(store("a.example").typed::<Note>().get_or_insert_with("k", || note("again")));
            Err::<crate::Cursor, _>("it needs the note")
        });
        assert_eq!(middle, Err(InitError::Init("it needs the note")));
        note("outer")
    });
    assert_eq!((outer.unwrap().text.as_str(), innermost), ("outer", Some(Err(Error::Recursive))));
}

#[test]
fn validator_does_not_wait_for_its_own_computation() {
    thread_local!(static NOTES: TypedStore<Checked> = given_a_tenant().1.typed());
    #[derive(Debug, PartialEq, KvType)]
    struct Checked(#[kv(custom = "asks_for_itself")] u8);
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a rule's function takes a reference")]
    fn asks_for_itself(_: &u8) -> Result<(), String> {
        let own = NOTES.with(|notes| notes.get_or_insert_with("k", || Checked(2)));
        if own == Err(Error::Recursive) { Ok(()) } else { Err(format!("{own:?}")) }
    }
    let made = NOTES.with(|notes| notes.get_or_insert_with("k", || Checked(1)));
    assert_eq!(made, Ok(Arc::new(Checked(1))));
}

#[test]
fn destructor_does_not_wait_for_its_own_computation() {
    /// A value that requests the computed value when it is dropped.
    struct Asks(TypedStore<Note>, mpsc::Sender<Result<Arc<Note>, Error>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            let _ = self.1.send(self.0.get_or_insert_with("k", || note("by the destructor")));
        }
    }
    let notes = given_notes();
    let (answers, answer) = mpsc::channel();
    let asks = Asks(notes.clone(), answers);
    let mut half_way = Box::pin(notes.get_or_try_insert_async("k", async move {
        let _asks = asks;
        std::future::pending::<Result<Note, ()>>().await
    }));
    assert!(poll(half_way.as_mut()).is_pending());
    drop(half_way);
    assert_eq!(answer.recv().unwrap(), Err(Error::Recursive));
    assert_eq!(notes.get_or_insert_with("k", || note("after")), Ok(Arc::new(note("after"))));
}

#[test]
fn dependency_of_an_earlier_poll_is_forgotten() {
    let notes = given_notes();
    let (tell, gate) = gate::<()>();
    let of_y = Box::pin(notes.get_or_try_insert_async("y", async {
        gate.await;
        notes.get_or_try_insert_async("x", async { Ok::<_, ()>(note("x again")) }).await.map(|_| note("y"))
    }));
    let mut of_y = of_y;
    assert!(poll(of_y.as_mut()).is_pending());
    // Polled once inside another computation, which then fails and no longer depends on it.
    let failing = std::future::poll_fn(|cx| {
        assert!(of_y.as_mut().poll(cx).is_pending());
        Poll::Ready(Err("no luck"))
    });
    assert_eq!(
        poll(pin!(notes.get_or_try_insert_async("w", failing))),
        Poll::Ready(Err(InitError::Init("no luck")))
    );
    let mut of_x = pin!(notes.get_or_try_insert_async("x", async { of_y.await.map(|_| note("x")) }));
    tell.send(()).unwrap();
    let Poll::Ready(Err(InitError::Init(InitError::Init(inner)))) = poll(of_x.as_mut()) else {
        panic!("it waits")
    };
    assert_eq!(inner, InitError::Store(Error::Recursive));
    assert!(notes.is_empty());
}

#[test]
fn panicking_waker_does_not_stop_other_waiters() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }
    let notes = given_notes();
    let (tell, gate) = gate();
    let mut first = pin!(notes.get_or_try_insert_async("k", gate));
    assert!(poll(first.as_mut()).is_pending());
    let wait = || Box::pin(notes.get_or_try_insert_async("k", async { Ok::<_, ()>(note("not needed")) }));
    let (mut second, mut third) = (wait(), wait());
    let woken = Arc::new(Counting::default());
    let (panics, counts) = (Waker::from(Arc::new(Panics)), Waker::from(Arc::clone(&woken)));
    assert!(second.as_mut().poll(&mut Context::from_waker(&panics)).is_pending());
    assert!(third.as_mut().poll(&mut Context::from_waker(&counts)).is_pending());
    tell.send(Ok::<_, ()>(note("first"))).unwrap();
    assert_eq!(poll(first), Poll::Ready(Ok(Arc::new(note("first")))));
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert_eq!(poll(third.as_mut()), Poll::Ready(Ok(Arc::new(note("first")))));
}

#[test]
fn computations_that_depend_on_each_other_do_not_deadlock() {
    let notes = KvStore::new().tenant("acme.example").unwrap().typed::<Note>();
    let barrier = Barrier::new(2);
    let crossed = |own: &'static str, other: &'static str| {
        notes.get_or_try_insert_with(own, || {
            barrier.wait();
            notes.get_or_insert_with(other, || note(other)).map(|_| note(own))
        })
    };
    let (a, b) = std::thread::scope(|scope| {
        let a = scope.spawn(|| crossed("a", "b"));
        let b = scope.spawn(|| crossed("b", "a"));
        (a.join().unwrap(), b.join().unwrap())
    });
    // One request is refused; the other computation then computes both values.
    let refused = Err(InitError::Init(Error::Recursive));
    assert!((a == refused) != (b == refused), "{a:?} {b:?}");
    assert!(a.is_ok() != b.is_ok());
    assert_eq!(notes.len(), 2);
}

#[test]
fn futures_that_depend_on_each_other_do_not_deadlock() {
    let notes = given_notes();
    let crossed = |own: &'static str, other: &'static str, gate: Gate<()>| {
        let notes = notes.clone();
        async move {
            let init = async {
                gate.await;
                let of_other = notes.get_or_try_insert_async(other, async { Ok::<_, ()>(note(other)) });
                of_other.await.map(|_| note(own))
            };
            notes.get_or_try_insert_async(own, init).await
        }
    };
    let ((tell_a, gate_a), (tell_b, gate_b)) = (gate(), gate());
    let mut a = pin!(crossed("a", "b", gate_a));
    let mut b = pin!(crossed("b", "a", gate_b));
    assert!(poll(a.as_mut()).is_pending() && poll(b.as_mut()).is_pending());
    tell_a.send(()).unwrap();
    assert!(poll(a.as_mut()).is_pending());
    tell_b.send(()).unwrap();
    assert_eq!(poll(b), Poll::Ready(Err(InitError::Init(InitError::Store(Error::Recursive)))));
    assert_eq!(poll(a), Poll::Ready(Ok(Arc::new(note("a")))));
}

#[test]
fn acyclic_dependencies_are_computed() {
    let notes = given_notes();
    let chain = notes.get_or_insert_with("3", || {
        let two = notes.get_or_insert_with("2", || {
            let one = notes.get_or_insert_with("1", || note("1")).unwrap();
            note(&format!("{}2", one.text))
        });
        let one = notes.get_or_insert_with("1", || note("not made again")).unwrap();
        note(&format!("{}{}3", two.unwrap().text, one.text))
    });
    assert_eq!(chain.unwrap().text, "1213");
    assert_eq!(notes.len(), 3);
}

#[test]
fn computed_value_gets_the_ttl_of_its_type() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<crate::Cursor>();
    let make = |x| cursors.get_or_insert_with("k", || crate::cursor(x)).unwrap().x;
    assert_eq!((make(1), make(2)), (1, 1));
    clock.advance(secs(30));
    assert_eq!(make(3), 3);
    let brief = SetOptions::new().no_ttl();
    cursors.set_with("k", crate::cursor(4), brief).unwrap();
    clock.advance(secs(30));
    assert_eq!(make(5), 4);
}

#[test]
fn failed_computation_creates_no_tenant() {
    let kv = KvStore::new();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    assert!(notes.get_or_try_insert_with("k", || Err("no luck")).is_err());
    assert_eq!((kv.tenants(), notes.len()), (vec![], 0));
    assert_eq!(kv.stats(), kv_core::StoreStats::default());
    assert_eq!(
        notes.get_or_try_insert_with("", || Ok::<_, ()>(note("x"))),
        Err(InitError::Store(Error::InvalidKey(kv_core::KeyError::Empty)))
    );
}

/// A value that runs an action on another thread when it is dropped.
#[derive(Default)]
struct Hook(std::sync::Mutex<Option<Box<dyn FnOnce() + Send>>>);

#[derive(KvType)]
#[expect(dead_code, reason = "it is there for its destructor")]
struct Hooked {
    #[kv(skip)]
    hook: Hook,
}

impl Drop for Hook {
    fn drop(&mut self) {
        if let Some(act) = self.0.get_mut().unwrap().take() {
            std::thread::spawn(act).join().unwrap();
        }
    }
}

#[test]
fn who_comes_after_a_removal_is_not_given_what_was_removed() {
    let (clock, tenant) = given_a_tenant();
    let values = tenant.typed::<Hooked>();
    let (tell, latecomer) = mpsc::channel();
    let second = values.clone();
    // Storing the computed value evicts an expired entry, whose value is dropped before the flight
    // completes.
    let meanwhile = move || {
        assert!(second.delete("k").is_some(), "the computed value is stored");
        let compute = async { Ok::<_, ()>(Hooked { hook: Hook::default() }) };
        let mut late = Box::pin(async move { second.get_or_try_insert_async("k", compute).await.is_ok() });
        assert!(poll(late.as_mut()).is_pending(), "the late caller waits for the leader");
        tell.send(late).unwrap();
    };
    let due = Hooked { hook: Hook(std::sync::Mutex::new(Some(Box::new(meanwhile)))) };
    values.set_with("k", due, SetOptions::new().ttl(secs(1))).unwrap();
    clock.advance(secs(1));
    let first = values.get_or_insert_with("k", || Hooked { hook: Hook::default() }).ok().unwrap();
    assert!(!values.contains("k"));
    let mut late = latecomer.recv().unwrap();
    assert_eq!(poll(late.as_mut()), Poll::Ready(true));
    let stored = values.get("k").expect("the late caller computed the value again");
    assert!(!Arc::ptr_eq(&first, &stored));
}
