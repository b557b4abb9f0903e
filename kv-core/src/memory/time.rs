//! What time it is for every operation, and what is due.

use crate::clock::{Clock, ROUGHLY_NANOS};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// The store's clock.
pub(super) struct Time {
    clock: Box<dyn Clock>,
}

impl Time {
    pub(super) fn new(clock: Box<dyn Clock>) -> Self {
        Self { clock }
    }

    /// Reads the clock. Not under a lock: it is application code.
    pub(super) fn read(&self) -> Reading {
        let nanos = u64::try_from(self.clock.now().as_nanos()).unwrap_or(u64::MAX);
        // What never expires is not due at the end of time either.
        Reading(nanos.min(Deadline::NEVER.0 - 1))
    }

    /// Reads the clock in the cheapest way; it may be behind by [`ROUGHLY_NANOS`]. Not under a lock: it is application code.
    pub(super) fn roughly(&self) -> Reading {
        Reading(u64::try_from(self.clock.roughly_now().as_nanos()).unwrap_or(u64::MAX))
    }

    /// Reads the time of day. Not under a lock: it is application code.
    pub(super) fn of_day(&self) -> SystemTime {
        self.clock.system_time()
    }
}

/// What the clock said, in nanoseconds.
#[derive(Clone, Copy)]
pub(super) struct Reading(u64);

impl Reading {
    /// How long it is until the deadline; zero when it has come.
    pub(super) fn until(self, deadline: Deadline) -> Duration {
        Duration::from_nanos(deadline.0.saturating_sub(self.0))
    }
}

/// The latest time at which something in a collection was changed or seen to be due.
///
/// The clock is application code, so it is read before the collection's lock is taken, and the reader may then
/// wait for the lock while others go ahead. Were it to use its old reading, it could see alive what another has
/// already seen expire, or count a time to live from before a write that it comes after. So whoever changes
/// something, or finds something due, publishes the time, and whoever holds the lock is at least there.
#[derive(Default)]
pub(super) struct Horizon(AtomicU64);

impl Horizon {
    /// The moment of an operation that read the clock and now holds the lock.
    pub(super) fn moment(&self, reading: Reading) -> Moment<'_> {
        // The lock orders this after what its earlier holders published.
        Moment { nanos: reading.0.max(self.0.load(Ordering::Relaxed)), horizon: self }
    }
}

/// The time at which an operation under a lock takes place.
pub(super) struct Moment<'a> {
    nanos: u64,
    horizon: &'a Horizon,
}

impl Moment<'_> {
    /// Whether the deadline has come; if so, nobody after will think otherwise.
    pub(super) fn is_due(&self, deadline: Deadline) -> bool {
        let due = deadline.0 <= self.nanos;
        if due {
            self.publish();
        }
        due
    }

    /// Whether the deadline has not come, even if this moment is that of a rough reading.
    pub(super) fn is_well_before(&self, deadline: Deadline) -> bool {
        deadline == Deadline::NEVER || deadline.0 > self.nanos.saturating_add(ROUGHLY_NANOS)
    }

    /// Whether a time at which to look has come. What is found then decides for the others.
    pub(super) fn has_reached(&self, time: Deadline) -> bool {
        time.0 <= self.nanos
    }

    /// Lets nobody after be earlier: something was changed.
    pub(super) fn publish(&self) {
        self.horizon.0.fetch_max(self.nanos, Ordering::Relaxed);
    }

    /// The deadline of what lives this long from now.
    pub(super) fn deadline(&self, ttl: Option<Duration>) -> Deadline {
        let Some(ttl) = ttl else { return Deadline::NEVER };
        let nanos = u64::try_from(ttl.as_nanos()).unwrap_or(u64::MAX);
        Deadline(self.nanos.saturating_add(nanos).min(Deadline::NEVER.0 - 1))
    }

    /// How long it is until the deadline; `None` when there is none.
    pub(super) fn until(&self, deadline: Deadline) -> Option<Duration> {
        (deadline != Deadline::NEVER).then(|| Duration::from_nanos(deadline.0.saturating_sub(self.nanos)))
    }
}

/// When an entry is gone, in the nanoseconds of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deadline(u64);

impl Deadline {
    /// The deadline of what never expires, after all others.
    pub(super) const NEVER: Self = Self(u64::MAX);
}

#[cfg(test)]
impl Moment<'_> {
    /// A moment for tests of what happens under a lock.
    pub(super) fn at(seconds: u64) -> Moment<'static> {
        Moment { nanos: seconds * 1_000_000_000, horizon: Box::leak(Box::default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

    #[test]
    fn a_late_holder_of_the_lock_agrees_with_what_others_saw_expire() {
        let clock = ManualClock::new();
        let (time, horizon) = (Time::new(Box::new(clock.clone())), Horizon::default());
        let early = time.read();
        let deadline = horizon.moment(early).deadline(Some(Duration::from_secs(5)));
        assert!(!horizon.moment(early).is_due(deadline));

        clock.advance(Duration::from_secs(10));
        assert!(horizon.moment(time.read()).is_due(deadline));
        assert!(horizon.moment(early).is_due(deadline), "the early reading saw it alive again");
    }

    #[test]
    fn a_late_writer_counts_from_no_earlier_than_the_write_before() {
        let clock = ManualClock::new();
        let (time, horizon) = (Time::new(Box::new(clock.clone())), Horizon::default());
        let early = time.read();
        clock.advance(Duration::from_secs(10));
        let now = horizon.moment(time.read());
        now.publish();
        let ttl = Some(Duration::from_secs(5));
        assert_eq!(horizon.moment(early).deadline(ttl), now.deadline(ttl));
    }

    #[test]
    fn nothing_that_never_expires_is_due_at_the_end_of_time() {
        let clock = ManualClock::new();
        let (time, horizon) = (Time::new(Box::new(clock.clone())), Horizon::default());
        clock.advance(Duration::MAX);
        let end = horizon.moment(time.read());
        assert!(!end.is_due(Deadline::NEVER));
        assert!(end.is_due(end.deadline(Some(Duration::from_secs(1)))));
    }

    #[test]
    fn no_ttl_overflows_into_never() {
        let moment = Moment::at(5);
        assert_eq!(moment.deadline(None), Deadline::NEVER);
        assert!(moment.deadline(Some(Duration::MAX)) < Deadline::NEVER);
        assert_eq!(moment.until(Deadline::NEVER), None);
        assert_eq!(moment.until(moment.deadline(Some(Duration::from_secs(1)))), Some(Duration::from_secs(1)));
    }
}
