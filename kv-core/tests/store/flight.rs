use crate::{Note, given_a_tenant, given_notes, note, secs};
use kv_core::{Error, InitError, KvStore, KvType, SetOptions, TypedStore};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Poll, Wake, Waker};

/// Counts how often it is woken.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future that is ready once it has been told so, and wakes whoever waits for it.
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

/// A thread that computes, which the test holds up until it is told to go on.
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
fn of_many_one_computes_and_all_get_its_value() {
    let notes = KvStore::new().tenant("acme.example").unwrap().typed::<Note>();
    let (computations, barrier) = (AtomicUsize::new(0), Barrier::new(8));
    let values: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    notes.get_or_insert_with("k", || {
                        computations.fetch_add(1, Ordering::SeqCst);
                        // The others have time to come.
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
fn an_error_hands_over_to_one_who_waits() {
    let notes = given_notes();
    let (go, first) = held_up(&notes, || Err("no luck"));
    let mut second = pin!(notes.get_or_try_insert_async("k", async { Ok::<_, &str>(note("second")) }));
    assert!(poll(second.as_mut()).is_pending());
    go.send(()).unwrap();
    assert_eq!(first.join().unwrap(), Err(InitError::Init("no luck")));
    assert_eq!(poll(second), Poll::Ready(Ok(Arc::new(note("second")))));
}

#[test]
fn a_panic_hands_over_to_one_who_waits() {
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
fn a_value_that_the_store_refuses_hands_over_too() {
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
fn a_future_that_is_dropped_half_way_hands_over() {
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
fn one_who_waits_may_give_up() {
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
fn a_value_that_comes_in_meanwhile_is_the_value() {
    let notes = given_notes();
    let (go, first) = held_up(&notes, || Ok(note("computed")));
    let version = notes.set("k", note("written")).unwrap();
    go.send(()).unwrap();
    assert_eq!(first.join().unwrap(), Ok(Arc::new(note("written"))));
    assert_eq!(notes.get_entry("k").unwrap().version, version);
}

#[test]
fn nobody_computes_what_has_come_in_before_the_turn() {
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
fn a_computation_that_asks_for_its_own_value_is_refused() {
    let notes = given_notes();
    let mut inner = None;
    let outer = notes.get_or_insert_with("k", || {
        inner = Some(notes.get_or_insert_with("k", || note("inner")));
        note("outer")
    });
    assert_eq!((outer.unwrap().text.as_str(), inner), ("outer", Some(Err(Error::Recursive))));
}

#[test]
fn a_detour_over_other_types_and_tenants_is_seen() {
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
fn a_validator_does_not_wait_for_the_computation_that_runs_it() {
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
fn a_destructor_does_not_wait_for_the_computation_that_runs_it() {
    /// Asks for the value when it is dropped.
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
fn a_future_that_was_polled_elsewhere_before_closes_no_circle() {
    let notes = given_notes();
    let (tell, gate) = gate::<()>();
    let of_y = Box::pin(notes.get_or_try_insert_async("y", async {
        gate.await;
        notes.get_or_try_insert_async("x", async { Ok::<_, ()>(note("x again")) }).await.map(|_| note("y"))
    }));
    let mut of_y = of_y;
    assert!(poll(of_y.as_mut()).is_pending());
    // Once inside another computation, which then fails and needs nothing any more.
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
fn a_waker_that_panics_keeps_nobody_else_asleep() {
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
fn two_computations_that_wait_for_each_other_do_not_wait_for_ever() {
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
    // One is refused; the other then makes both values itself.
    let refused = Err(InitError::Init(Error::Recursive));
    assert!((a == refused) != (b == refused), "{a:?} {b:?}");
    assert!(a.is_ok() != b.is_ok());
    assert_eq!(notes.len(), 2);
}

#[test]
fn futures_that_wait_for_each_other_do_not_wait_for_ever() {
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
fn values_that_need_others_without_a_cycle_are_made() {
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
fn the_value_lives_as_long_as_its_type_says() {
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
fn a_failed_computation_leaves_no_tenant_behind() {
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

/// Something that happens when it is dropped, on a thread of its own.
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
    // When the computed value is stored, one that is due makes way, and is dropped before the flight lands.
    let meanwhile = move || {
        assert!(second.delete("k").is_some(), "the computed value is there");
        let compute = async { Ok::<_, ()>(Hooked { hook: Hook::default() }) };
        let mut late = Box::pin(async move { second.get_or_try_insert_async("k", compute).await.is_ok() });
        assert!(poll(late.as_mut()).is_pending(), "it waits for who has computed");
        tell.send(late).unwrap();
    };
    let due = Hooked { hook: Hook(std::sync::Mutex::new(Some(Box::new(meanwhile)))) };
    values.set_with("k", due, SetOptions::new().ttl(secs(1))).unwrap();
    clock.advance(secs(1));
    let first = values.get_or_insert_with("k", || Hooked { hook: Hook::default() }).ok().unwrap();
    assert!(!values.contains("k"));
    let mut late = latecomer.recv().unwrap();
    assert_eq!(poll(late.as_mut()), Poll::Ready(true));
    let stored = values.get("k").expect("the latecomer computed anew");
    assert!(!Arc::ptr_eq(&first, &stored));
}
