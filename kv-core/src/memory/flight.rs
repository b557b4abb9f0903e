//! Single flight: of many that want a value computed, one computes it.
//!
//! A [`Flight`] is the computation of one key's value. Whoever finds no value [joins](Flights::join) the key's
//! flight and asks for its [turn](Joined::turn): one gets to compute, the others wait, and are given the value when
//! it [lands](Joined::land). When the one that computes goes without a value (an error, a panic, a future dropped
//! half-way), the others wake and the first of them gets the turn.
//!
//! Waiting is a future; a thread that waits polls it itself ([`block_on`](super::block_on)).

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
    by_key: Mutex<HashMap<Arc<str>, Boarded<T>>>,
}

struct Boarded<T> {
    flight: Arc<Flight<T>>,
    people: usize,
}

/// The computation of one key's value.
pub(crate) struct Flight<T> {
    id: u64,
    state: Mutex<State<T>>,
}

struct State<T> {
    turn: Turn<T>,
    /// Whether who computes is looking the key up, or storing the value: who comes from now on may come after a later
    /// removal.
    at_the_store: bool,
    /// Who waits, each with a number to be found again.
    waiting: Vec<(u64, Waker)>,
    next_number: u64,
}

/// Whose turn it is.
enum Turn<T> {
    /// Nobody's, until somebody asks.
    Free,
    /// Somebody computes.
    Taken,
    /// There is a value.
    Landed(Arc<T>),
}

/// Two computations wait for each other.
#[derive(Debug, PartialEq)]
pub(crate) struct Cycle;

impl<T> Flights<T> {
    pub(crate) fn new() -> Self {
        Self { by_key: Mutex::default() }
    }

    /// Joins the flight of a key, or starts it.
    pub(crate) fn join(&self, key: &str) -> Joined<'_, T> {
        let key: Arc<str> = Arc::from(key);
        let mut by_key = self.by_key.lock();
        let start = || Boarded { flight: Arc::new(Flight::new()), people: 0 };
        let boarded = by_key.entry(Arc::clone(&key)).or_insert_with(start);
        boarded.people += 1;
        let flight = Arc::clone(&boarded.flight);
        drop(by_key);
        let is_late = flight.state.lock().at_the_store;
        Joined { flights: self, key, flight, is_late, has_turn: false, needed_by: None }
    }
}

impl<T> Flight<T> {
    fn new() -> Self {
        process_wide!(static FLIGHTS_MADE: AtomicU64 = AtomicU64::new(0));
        let id = FLIGHTS_MADE.fetch_add(1, Ordering::Relaxed);
        let state = State { turn: Turn::Free, at_the_store: false, waiting: Vec::new(), next_number: 0 };
        Self { id, state: Mutex::new(state) }
    }

    /// Looks the key up or stores the value, for which it is the caller's turn. Who joins meanwhile is late, and so is who
    /// joins later when there is a value to land with.
    pub(crate) fn at_the_store<R>(&self, act: impl FnOnce() -> R, is_landing: impl FnOnce(&R) -> bool) -> R {
        self.state.lock().at_the_store = true;
        let result = act();
        let is_landing = is_landing(&result);
        self.state.lock().at_the_store = is_landing;
        result
    }

    /// Sets whose turn it is and wakes all who wait.
    fn set_turn(&self, turn: Turn<T>) {
        let mut state = self.state.lock();
        let before = std::mem::replace(&mut state.turn, turn);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        // Wakers and values are not ours: they are called and dropped under no lock.
        drop(before);
        for (_, waker) in waiting {
            // Nobody waits for ever because another's waker panics; that one has had its say on stderr.
            if catch_unwind(AssertUnwindSafe(|| waker.wake())).is_err() {
                events::panicked("waker");
            }
        }
    }
}

/// A part in the flight of a key. Dropped, it hands the turn on.
pub(crate) struct Joined<'a, T> {
    flights: &'a Flights<T>,
    key: Arc<str>,
    flight: Arc<Flight<T>>,
    /// Whether it joined when the value was about to be stored, or had been: what lands may be gone since before it came.
    is_late: bool,
    has_turn: bool,
    needed_by: Option<Dependency>,
}

impl<T> Joined<'_, T> {
    /// What it is a part in.
    pub(crate) fn flight(&self) -> Arc<Flight<T>> {
        Arc::clone(&self.flight)
    }

    /// Whether the value that [lands](Self::turn) may have been removed before this joined, so that it has to look again.
    pub(crate) fn is_late(&self) -> bool {
        self.is_late
    }

    /// Waits for the turn to compute (`None`) or for the value that another computed.
    ///
    /// Fails when the flight needs, by whatever detour, the computation that waits here.
    pub(crate) async fn turn(&mut self) -> Result<Option<Arc<T>>, Cycle> {
        let Self { flight, needed_by, .. } = self;
        let landed = {
            let mut seat = Seat { flight, number: None };
            poll_fn(|cx| match Dependency::refresh(needed_by, flight.id) {
                Ok(()) => seat.poll(cx).map(Ok),
                Err(cycle) => Poll::Ready(Err(cycle)),
            })
            .await?
        };
        self.has_turn = landed.is_none();
        Ok(landed)
    }

    /// Runs the computation, for which it is this one's turn. What it asks for is needed by this flight.
    ///
    /// Fails when it is polled by a computation that it needs, by whatever detour.
    pub(crate) async fn compute<O>(&mut self, computation: impl Future<Output = O>) -> Result<O, Cycle> {
        let Self { flight, needed_by, .. } = self;
        let computation = pin!(Some(computation));
        let mut inside = Inside { flight: flight.id, computation };
        poll_fn(|cx| match Dependency::refresh(needed_by, flight.id) {
            Ok(()) => inside.poll(cx).map(Ok),
            Err(cycle) => Poll::Ready(Err(cycle)),
        })
        .await
    }

    /// Hands the value to all who wait.
    pub(crate) fn land(mut self, value: &Arc<T>) {
        self.has_turn = false;
        self.leave(true);
        self.flight.set_turn(Turn::Landed(Arc::clone(value)));
    }

    /// Leaves the flight, which is forgotten when it has landed or nobody is in it.
    fn leave(&self, landed: bool) {
        let mut by_key = self.flights.by_key.lock();
        let mut forgotten = None;
        // Once it has landed, the key may have another flight.
        if let Some(boarded) = by_key.get_mut(&self.key)
            && Arc::ptr_eq(&boarded.flight, &self.flight)
        {
            boarded.people -= 1;
            if landed || boarded.people == 0 {
                forgotten = by_key.remove(&self.key);
            }
        }
        drop(by_key);
        drop(forgotten);
    }
}

impl<T> Drop for Joined<'_, T> {
    fn drop(&mut self) {
        self.leave(false);
        if self.has_turn {
            self.flight.set_turn(Turn::Free);
        }
    }
}

/// A computation that is polled, and dropped, as a part of its flight.
struct Inside<'a, F> {
    flight: u64,
    computation: Pin<&'a mut Option<F>>,
}

impl<F: Future> Inside<'_, F> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _current = Current::enter(self.flight);
        match self.computation.as_mut().as_pin_mut() {
            Some(computation) => computation.poll(cx),
            // It is there until this is dropped.
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Inside<'_, F> {
    fn drop(&mut self) {
        let _current = Current::enter(self.flight);
        self.computation.set(None);
    }
}

/// A place among those who wait. Dropped, it is given up.
struct Seat<'a, T> {
    flight: &'a Flight<T>,
    number: Option<u64>,
}

impl<T> Seat<'_, T> {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<Arc<T>>> {
        // Cloned and dropped under no lock: it is not ours.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.flight.state.lock();
        let poll = match &state.turn {
            Turn::Landed(value) => Poll::Ready(Some(Arc::clone(value))),
            Turn::Free => {
                state.turn = Turn::Taken;
                Poll::Ready(None)
            }
            Turn::Taken => {
                let number = *self.number.get_or_insert(state.next_number);
                state.next_number = state.next_number.max(number + 1);
                match (state.waiting.iter_mut().find(|(n, _)| *n == number), waker.take()) {
                    (Some((_, old)), Some(new)) => waker = Some(std::mem::replace(old, new)),
                    (None, Some(new)) => state.waiting.push((number, new)),
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

impl<T> Drop for Seat<'_, T> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = self.flight.state.lock();
        let at = state.waiting.iter().position(|(n, _)| *n == number);
        let waker = at.map(|at| state.waiting.swap_remove(at));
        drop(state);
        drop(waker);
    }
}

thread_local! {
    /// The flights whose computations this thread is inside of, innermost last.
    static INSIDE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Marks that this thread is inside a computation.
struct Current;

impl Current {
    fn enter(flight: u64) -> Self {
        INSIDE.with(|inside| inside.borrow_mut().push(flight));
        Self
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.borrow_mut().pop());
    }
}

// Which flight cannot land before which other: one pair for each request from within a computation.
process_wide!(static NEEDS: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new()));

/// One flight needs another, as long as this lives.
struct Dependency {
    flight: u64,
    needs: u64,
}

impl Dependency {
    /// Notes that the computation which this thread is inside of, if any, needs a flight, in place of what was
    /// noted when the flight was polled before: a future may be polled elsewhere than it was.
    fn refresh(noted: &mut Option<Self>, needs: u64) -> Result<(), Cycle> {
        let current = INSIDE.with(|inside| inside.borrow().last().copied());
        if noted.as_ref().map(|noted| noted.flight) == current {
            return Ok(());
        }
        *noted = None;
        if let Some(flight) = current {
            let mut pairs = NEEDS.lock();
            if reaches(&pairs, needs, flight) {
                return Err(Cycle);
            }
            pairs.push((flight, needs));
            drop(pairs);
            *noted = Some(Self { flight, needs });
        }
        Ok(())
    }
}

impl Drop for Dependency {
    fn drop(&mut self) {
        let mut pairs = NEEDS.lock();
        if let Some(at) = pairs.iter().position(|pair| *pair == (self.flight, self.needs)) {
            pairs.swap_remove(at);
        }
    }
}

/// Whether `from` needs `to`, by whatever detour. Looks at each flight and each pair once.
fn reaches(pairs: &[(u64, u64)], from: u64, to: u64) -> bool {
    let mut needs: HashMap<u64, Vec<u64>> = HashMap::default();
    for (flight, needed) in pairs {
        needs.entry(*flight).or_default().push(*needed);
    }
    let mut ahead = vec![from];
    while let Some(flight) = ahead.pop() {
        if flight == to {
            return true;
        }
        // Taken out, so that it is followed once.
        ahead.extend(needs.remove(&flight).unwrap_or_default());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::block_on;

    #[test]
    fn a_need_is_found_by_any_detour() {
        let pairs = [(1, 2), (2, 3), (2, 4), (4, 5)];
        assert!(reaches(&pairs, 1, 1) && reaches(&pairs, 1, 5));
        assert!(!reaches(&pairs, 5, 1) && !reaches(&pairs, 3, 5));
    }

    #[test]
    fn a_need_is_looked_for_along_each_way_once() {
        // Each flight needs the next two: there are more ways from the first to the last than could be gone.
        let pairs: Vec<_> = (0..1000).flat_map(|n| [(n, n + 1), (n, n + 2)]).collect();
        assert!(!reaches(&pairs, 0, 5000));
    }

    #[test]
    fn a_flight_that_everybody_left_is_forgotten() {
        let flights = Flights::<u8>::new();
        let (mut a, b) = (flights.join("k"), flights.join("k"));
        assert_eq!(block_on(a.turn()), Ok(None));
        drop(b);
        assert_eq!(flights.by_key.lock().len(), 1);
        drop(a);
        assert_eq!(flights.by_key.lock().len(), 0);
    }

    #[test]
    fn a_waiter_that_gives_up_takes_no_turn_with_it() {
        let flights = Flights::<u8>::new();
        let mut first = flights.join("k");
        assert_eq!(block_on(first.turn()), Ok(None));
        let (mut second, mut third) = (flights.join("k"), flights.join("k"));
        let mut cx = Context::from_waker(Waker::noop());
        let mut third_turn = pin!(third.turn());
        {
            let mut second_turn = Box::pin(second.turn());
            assert!(second_turn.as_mut().poll(&mut cx).is_pending());
            assert!(third_turn.as_mut().poll(&mut cx).is_pending());
            drop(first);
            // The second was woken for the turn, and is dropped before it takes it.
        }
        assert_eq!(third_turn.as_mut().poll(&mut cx), Poll::Ready(Ok(None)));
    }

    #[test]
    fn all_who_wait_get_the_value_that_lands() {
        let flights = Flights::<u8>::new();
        let mut first = flights.join("k");
        assert_eq!(block_on(first.turn()), Ok(None));
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..3)
                .map(|_| flights.join("k"))
                .map(|mut w| scope.spawn(move || block_on(w.turn())))
                .collect();
            first.land(&Arc::new(7));
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap().unwrap().as_deref(), Some(&7));
            }
        });
        assert_eq!(flights.by_key.lock().len(), 0, "a later request starts anew");
    }
}
