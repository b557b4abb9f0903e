//! Single flight: concurrent requests for one key's value run one computation.
//!
//! A [`Flight`] is the computation of one key's value. A caller that finds no value
//! [joins](Flights::join) the flight of its key and [acquires](Participant::acquire) it. One caller
//! becomes the leader and computes; the others wait for the value with which the leader
//! [completes](Participant::complete) the flight. If the leader leaves without a value (an error, a
//! panic, a dropped future), the waiters wake and the first of them becomes the leader.
//!
//! Waiting is a future. A blocking caller polls it on its own thread
//! ([`block_on`](super::block_on)).

use crate::events;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{HashMap, Mutex, process_wide, thread_local};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// The flights of a collection, by key.
pub(crate) struct Flights<T> {
    by_key: Mutex<HashMap<Arc<str>, InFlight<T>>>,
}

struct InFlight<T> {
    flight: Arc<Flight<T>>,
    participants: usize,
}

/// The computation of one key's value.
pub(crate) struct Flight<T> {
    id: u64,
    state: Mutex<FlightState<T>>,
}

struct FlightState<T> {
    progress: Progress<T>,
    /// Whether the leader is reading the key or storing its value. A caller that joins from now on
    /// may join after a later removal of that value.
    accessing_store: bool,
    /// The wakers of the waiters by waiter id.
    waiters: Vec<(u64, Waker)>,
    next_id: u64,
}

enum Progress<T> {
    /// The flight has no leader. The next caller that asks becomes the leader.
    Idle,
    /// The leader computes.
    Computing,
    Completed(Arc<T>),
}

/// The error of a computation that waits for itself.
#[derive(Debug, PartialEq)]
pub(crate) struct Cycle;

impl<T> Flights<T> {
    pub(crate) fn new() -> Self {
        Self { by_key: Mutex::default() }
    }

    /// Joins the flight of a key, or creates it.
    pub(crate) fn join(&self, key: &str) -> Participant<'_, T> {
        let key: Arc<str> = Arc::from(key);
        let mut by_key = self.by_key.lock();
        let create = || InFlight { flight: Arc::new(Flight::new()), participants: 0 };
        let in_flight = by_key.entry(Arc::clone(&key)).or_insert_with(create);
        in_flight.participants += 1;
        let flight = Arc::clone(&in_flight.flight);
        drop(by_key);
        let is_late = flight.state.lock().accessing_store;
        Participant { flights: self, key, flight, is_late, is_leader: false, dependency: None }
    }
}

impl<T> Flight<T> {
    fn new() -> Self {
        process_wide!(static NEXT_ID: AtomicU64 = AtomicU64::new(0));
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let state =
            FlightState { progress: Progress::Idle, accessing_store: false, waiters: Vec::new(), next_id: 0 };
        Self { id, state: Mutex::new(state) }
    }

    /// Runs the leader's access to the store: it reads the key or stores the value. Callers that
    /// join meanwhile are late. They stay late if `completes` returns true for the result, which
    /// means that the flight completes with it.
    pub(crate) fn access_store<R>(
        &self,
        access: impl FnOnce() -> R,
        completes: impl FnOnce(&R) -> bool,
    ) -> R {
        self.state.lock().accessing_store = true;
        let result = access();
        let completes = completes(&result);
        self.state.lock().accessing_store = completes;
        result
    }

    /// Sets the progress and wakes all waiters.
    fn set_progress(&self, progress: Progress<T>) {
        let mut state = self.state.lock();
        let previous = std::mem::replace(&mut state.progress, progress);
        let waiters = std::mem::take(&mut state.waiters);
        drop(state);
        // Wakers and values are application code: they are called and dropped under no lock.
        drop(previous);
        for (_, waker) in waiters {
            // A waker that panics must not keep the other waiters asleep. The panic hook has
            // reported the panic.
            if catch_unwind(AssertUnwindSafe(|| waker.wake())).is_err() {
                events::panicked("waker");
            }
        }
    }
}

/// A caller's part in the flight of a key. Dropping it leaves the flight, and gives up leadership.
pub(crate) struct Participant<'a, T> {
    flights: &'a Flights<T>,
    key: Arc<str>,
    flight: Arc<Flight<T>>,
    /// Whether the caller joined while the value was being stored, or later. The value may have
    /// been removed before the caller joined.
    is_late: bool,
    is_leader: bool,
    dependency: Option<Dependency>,
}

impl<T> Participant<'_, T> {
    pub(crate) fn flight(&self) -> Arc<Flight<T>> {
        Arc::clone(&self.flight)
    }

    /// Returns whether the value of this flight may have been removed before the caller joined.
    /// Such a caller reads the store again.
    pub(crate) fn is_late(&self) -> bool {
        self.is_late
    }

    /// Waits until the caller becomes the leader (`None`) or the flight completes (the value).
    ///
    /// Fails if the flight depends, directly or indirectly, on the computation that waits here.
    pub(crate) async fn acquire(&mut self) -> Result<Option<Arc<T>>, Cycle> {
        let Self { flight, dependency, .. } = self;
        let value = {
            let mut waiter = Waiter { flight, id: None };
            poll_fn(|cx| match Dependency::refresh(dependency, flight.id) {
                Ok(()) => waiter.poll(cx).map(Ok),
                Err(cycle) => Poll::Ready(Err(cycle)),
            })
            .await?
        };
        self.is_leader = value.is_none();
        Ok(value)
    }

    /// Runs the leader's computation. This flight depends on every flight that the computation
    /// joins.
    ///
    /// Fails if it is polled by a computation on which it depends, directly or indirectly.
    pub(crate) async fn compute<O>(&mut self, future: impl Future<Output = O>) -> Result<O, Cycle> {
        let Self { flight, dependency, .. } = self;
        let future = pin!(Some(future));
        let mut computation = Computation { flight: flight.id, future };
        poll_fn(|cx| match Dependency::refresh(dependency, flight.id) {
            Ok(()) => computation.poll(cx).map(Ok),
            Err(cycle) => Poll::Ready(Err(cycle)),
        })
        .await
    }

    /// Completes the flight with a value, which every waiter receives.
    pub(crate) fn complete(mut self, value: &Arc<T>) {
        self.is_leader = false;
        self.leave(true);
        self.flight.set_progress(Progress::Completed(Arc::clone(value)));
    }

    /// Leaves the flight, and removes it if it has completed or the last participant leaves.
    fn leave(&self, completed: bool) {
        let mut by_key = self.flights.by_key.lock();
        let mut removed = None;
        // After a flight has completed, the key may have another one.
        if let Some(in_flight) = by_key.get_mut(&self.key)
            && Arc::ptr_eq(&in_flight.flight, &self.flight)
        {
            in_flight.participants -= 1;
            if completed || in_flight.participants == 0 {
                removed = by_key.remove(&self.key);
            }
        }
        drop(by_key);
        drop(removed);
    }
}

impl<T> Drop for Participant<'_, T> {
    fn drop(&mut self) {
        self.leave(false);
        if self.is_leader {
            self.flight.set_progress(Progress::Idle);
        }
    }
}

/// The leader's computation. It is polled and dropped as a part of its flight.
struct Computation<'a, F> {
    flight: u64,
    future: Pin<&'a mut Option<F>>,
}

impl<F: Future> Computation<'_, F> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = Entered::new(self.flight);
        match self.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx),
            // Unreachable: the future is present until `self` is dropped.
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Computation<'_, F> {
    fn drop(&mut self) {
        let _entered = Entered::new(self.flight);
        self.future.set(None);
    }
}

/// A registered waiter. Dropping it removes the registration.
struct Waiter<'a, T> {
    flight: &'a Flight<T>,
    id: Option<u64>,
}

impl<T> Waiter<'_, T> {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<Arc<T>>> {
        // Wakers are application code: they are cloned and dropped under no lock.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.flight.state.lock();
        let poll = match &state.progress {
            Progress::Completed(value) => Poll::Ready(Some(Arc::clone(value))),
            Progress::Idle => {
                state.progress = Progress::Computing;
                Poll::Ready(None)
            }
            Progress::Computing => {
                let id = *self.id.get_or_insert(state.next_id);
                state.next_id = state.next_id.max(id + 1);
                match (state.waiters.iter_mut().find(|(other, _)| *other == id), waker.take()) {
                    (Some((_, old)), Some(new)) => waker = Some(std::mem::replace(old, new)),
                    (None, Some(new)) => state.waiters.push((id, new)),
                    (_, None) => {}
                }
                Poll::Pending
            }
        };
        drop(state);
        drop(waker);
        poll
    }
}

impl<T> Drop for Waiter<'_, T> {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut state = self.flight.state.lock();
        let index = state.waiters.iter().position(|(other, _)| *other == id);
        let waker = index.map(|index| state.waiters.swap_remove(index));
        drop(state);
        drop(waker);
    }
}

thread_local! {
    /// The flights whose computations run on this thread, innermost last.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// A guard that marks a flight's computation as running on this thread.
struct Entered;

impl Entered {
    fn new(flight: u64) -> Self {
        ENTERED.with(|entered| entered.borrow_mut().push(flight));
        Self
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        ENTERED.with(|entered| entered.borrow_mut().pop());
    }
}

// The dependencies between flights as pairs: the first flight cannot complete before the second.
// There is one pair for each request made inside a computation.
process_wide!(static DEPENDENCIES: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new()));

/// A registered dependency of one flight on another. Dropping it removes the registration.
struct Dependency {
    flight: u64,
    depends_on: u64,
}

impl Dependency {
    /// Registers that the computation running on this thread, if any, depends on a flight. Replaces
    /// the dependency registered by the previous poll: a future may be polled by a different
    /// computation each time.
    fn refresh(registered: &mut Option<Self>, depends_on: u64) -> Result<(), Cycle> {
        let current = ENTERED.with(|entered| entered.borrow().last().copied());
        if registered.as_ref().map(|registered| registered.flight) == current {
            return Ok(());
        }
        *registered = None;
        if let Some(flight) = current {
            let mut pairs = DEPENDENCIES.lock();
            if is_reachable(&pairs, depends_on, flight) {
                return Err(Cycle);
            }
            pairs.push((flight, depends_on));
            drop(pairs);
            *registered = Some(Self { flight, depends_on });
        }
        Ok(())
    }
}

impl Drop for Dependency {
    fn drop(&mut self) {
        let mut pairs = DEPENDENCIES.lock();
        if let Some(index) = pairs.iter().position(|pair| *pair == (self.flight, self.depends_on)) {
            pairs.swap_remove(index);
        }
    }
}

/// Returns whether `from` depends on `to`, directly or indirectly. Visits each flight and each pair
/// once.
fn is_reachable(pairs: &[(u64, u64)], from: u64, to: u64) -> bool {
    let mut edges: HashMap<u64, Vec<u64>> = HashMap::default();
    for (flight, depends_on) in pairs {
        edges.entry(*flight).or_default().push(*depends_on);
    }
    let mut pending = vec![from];
    while let Some(flight) = pending.pop() {
        if flight == to {
            return true;
        }
        // Removing the edges makes sure that they are followed once.
        pending.extend(edges.remove(&flight).unwrap_or_default());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::block_on;

    #[test]
    fn indirect_dependency_is_found() {
        let pairs = [(1, 2), (2, 3), (2, 4), (4, 5)];
        assert!(is_reachable(&pairs, 1, 1) && is_reachable(&pairs, 1, 5));
        assert!(!is_reachable(&pairs, 5, 1) && !is_reachable(&pairs, 3, 5));
    }

    #[test]
    fn each_dependency_is_followed_once() {
        // Each flight depends on the next two, so the number of paths is exponential.
        let pairs: Vec<_> = (0..1000).flat_map(|n| [(n, n + 1), (n, n + 2)]).collect();
        assert!(!is_reachable(&pairs, 0, 5000));
    }

    #[test]
    fn flight_without_participants_is_removed() {
        let flights = Flights::<u8>::new();
        let (mut a, b) = (flights.join("k"), flights.join("k"));
        assert_eq!(block_on(a.acquire()), Ok(None));
        drop(b);
        assert_eq!(flights.by_key.lock().len(), 1);
        drop(a);
        assert_eq!(flights.by_key.lock().len(), 0);
    }

    #[test]
    fn dropped_waiter_does_not_keep_the_leadership() {
        let flights = Flights::<u8>::new();
        let mut first = flights.join("k");
        assert_eq!(block_on(first.acquire()), Ok(None));
        let (mut second, mut third) = (flights.join("k"), flights.join("k"));
        let mut cx = Context::from_waker(Waker::noop());
        let mut third_acquired = pin!(third.acquire());
        {
            let mut second_acquired = Box::pin(second.acquire());
            assert!(second_acquired.as_mut().poll(&mut cx).is_pending());
            assert!(third_acquired.as_mut().poll(&mut cx).is_pending());
            drop(first);
            // `second` was woken, and is dropped before it becomes the leader.
        }
        assert_eq!(third_acquired.as_mut().poll(&mut cx), Poll::Ready(Ok(None)));
    }

    #[test]
    fn every_waiter_receives_the_value() {
        let flights = Flights::<u8>::new();
        let mut first = flights.join("k");
        assert_eq!(block_on(first.acquire()), Ok(None));
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..3)
                .map(|_| flights.join("k"))
                .map(|mut w| scope.spawn(move || block_on(w.acquire())))
                .collect();
            first.complete(&Arc::new(7));
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap().unwrap().as_deref(), Some(&7));
            }
        });
        assert_eq!(flights.by_key.lock().len(), 0, "a later request starts a new flight");
    }
}
