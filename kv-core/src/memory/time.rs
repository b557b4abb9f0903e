//! What time it is for every operation, and what is due.

use crate::clock::{COARSE_LAG, Clock, SystemClock, Wall, nanos};
use crate::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The store's clock.
pub(super) enum Time {
    /// Ours, which may be read anywhere, also in its cheaper ways.
    System { clock: SystemClock, wall: Wall },
    /// The application's, which is not read under a lock.
    Custom(Box<dyn Clock>),
}

impl Time {
    /// The system's, unless there is another.
    pub(super) fn new(clock: Option<Box<dyn Clock>>) -> Self {
        match clock {
            Some(clock) => Self::Custom(clock),
            None => Self::System { clock: SystemClock::new(), wall: Wall::default() },
        }
    }

    /// Has the clock wake somebody when it jumps.
    pub(super) fn on_jump(&self, waker: std::task::Waker) {
        if let Self::Custom(clock) = self {
            clock.on_jump(waker);
        }
    }

    /// Reads the clock. Not under a lock: it may be application code.
    #[inline]
    pub(super) fn read(&self) -> ClockReading {
        let now = match self {
            Self::System { clock, .. } => clock.precise_now(),
            Self::Custom(clock) => nanos(clock.now()),
        };
        // What never expires is not due at the end of time either.
        ClockReading(now.min(Deadline::NEVER.0 - 1))
    }

    /// Reads the clock and the time of day. Not under a lock: it may be application code.
    #[inline]
    pub(super) fn read_both(&self) -> (ClockReading, TimeOfDay) {
        let reading = self.read();
        let of_day = match self {
            Self::System { clock, wall } => TimeOfDay(wall.at(reading.0, clock)),
            Self::Custom(clock) => TimeOfDay::of(clock.system_time()),
        };
        (reading, of_day)
    }

    /// When deadlines are by the time of day, as it is now.
    #[cfg(feature = "json")]
    pub(super) fn times(&self) -> Times {
        let (ClockReading(now), TimeOfDay(of_day)) = self.read_both();
        Times { now, of_day }
    }

    /// Whether a deadline is so far off that no precise reading is needed, which costs as much as a read by key. May be
    /// asked under a lock.
    #[inline]
    pub(super) fn is_well_before(&self, deadline: Deadline) -> bool {
        deadline == Deadline::NEVER
            || match self {
                Self::System { clock, .. } => clock.coarse_now().saturating_add(COARSE_LAG) < deadline.0,
                Self::Custom(_) => false,
            }
    }
}

/// A time of day in nanoseconds since 1970: it reaches to the year 2554.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimeOfDay(u64);

impl TimeOfDay {
    pub(super) fn of(time: SystemTime) -> Self {
        Self(nanos(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    pub(super) fn micros(self) -> u64 {
        self.0 / 1_000
    }

    pub(crate) fn time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.0)
    }
}

/// What the clock said, in nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct ClockReading(u64);

impl ClockReading {
    /// How long it is until the deadline; zero when it has come.
    #[inline]
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
pub(super) struct Watermark(AtomicU64);

impl Watermark {
    /// The moment of an operation that read the clock and now holds the lock.
    #[inline]
    pub(super) fn now(&self, reading: ClockReading) -> Now<'_> {
        // The lock orders this after what its earlier holders published.
        Now { nanos: reading.0.max(self.0.load(Ordering::Relaxed)), watermark: self }
    }
}

/// The time at which an operation under a lock takes place.
pub(super) struct Now<'a> {
    nanos: u64,
    watermark: &'a Watermark,
}

impl Now<'_> {
    /// Whether the deadline has come; if so, nobody after will think otherwise. To be asked under the lock.
    #[inline]
    pub(super) fn is_expired(&self, deadline: Deadline) -> bool {
        let due = deadline.0 <= self.nanos;
        if due {
            self.publish();
        }
        due
    }

    /// Whether a time at which to look has come. What is found then decides for the others.
    pub(super) fn has_reached(&self, time: Deadline) -> bool {
        time.0 <= self.nanos
    }

    /// Lets nobody after be earlier.
    fn publish(&self) {
        self.watermark.0.fetch_max(self.nanos, Ordering::Relaxed);
    }

    /// As [`publish`](Self::publish), for who changes something and so holds the lock alone.
    #[inline]
    pub(super) fn publish_alone(&self) {
        // It was the watermark at least when the lock was taken, and nobody else has been here since.
        self.watermark.0.store(self.nanos, Ordering::Relaxed);
    }

    /// The deadline of what lives this long from now.
    #[inline]
    pub(super) fn deadline(&self, ttl: Option<Duration>) -> Deadline {
        let Some(ttl) = ttl else { return Deadline::NEVER };
        let nanos = u64::try_from(ttl.as_nanos()).unwrap_or(u64::MAX);
        Deadline(self.nanos.saturating_add(nanos).min(Deadline::NEVER.0 - 1))
    }

    /// How long it is until the deadline; `None` when there is none.
    #[inline]
    pub(super) fn until(&self, deadline: Deadline) -> Option<Duration> {
        (deadline != Deadline::NEVER).then(|| Duration::from_nanos(deadline.0.saturating_sub(self.nanos)))
    }
}

/// When an entry is gone, in the nanoseconds of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(u64);

impl Deadline {
    /// The deadline of what never expires, after all others.
    pub(super) const NEVER: Self = Self(u64::MAX);
}

/// What the time of day is at a deadline, by the clocks as they stood at one instant.
#[cfg(feature = "json")]
pub(crate) struct Times {
    now: u64,
    of_day: u64,
}

#[cfg(feature = "json")]
impl Times {
    /// `None` for what never expires.
    pub(crate) fn of(&self, deadline: Deadline) -> Option<SystemTime> {
        let nanos = self.of_day.saturating_add(deadline.0).saturating_sub(self.now);
        (deadline != Deadline::NEVER).then(|| TimeOfDay(nanos).time())
    }
}

#[cfg(feature = "json")]
impl ClockReading {
    /// The deadline of what had this long to live then.
    pub(crate) fn deadline(self, expires_in: Option<Duration>) -> Deadline {
        expires_in.map_or(Deadline::NEVER, |left| Deadline(self.0.saturating_add(nanos(left))))
    }
}

#[cfg(test)]
impl Now<'_> {
    /// A moment for tests of what happens under a lock.
    pub(super) fn at(seconds: u64) -> Now<'static> {
        Now { nanos: seconds * 1_000_000_000, watermark: Box::leak(Box::default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

    #[test]
    fn a_late_holder_of_the_lock_agrees_with_what_others_saw_expire() {
        let clock = ManualClock::new();
        let (time, watermark) = (Time::new(Some(Box::new(clock.clone()))), Watermark::default());
        let early = time.read();
        let deadline = watermark.now(early).deadline(Some(Duration::from_secs(5)));
        assert!(!watermark.now(early).is_expired(deadline));

        clock.advance(Duration::from_secs(10));
        assert!(watermark.now(time.read()).is_expired(deadline));
        assert!(watermark.now(early).is_expired(deadline), "the early reading saw it alive again");
    }

    #[test]
    fn a_late_writer_counts_from_no_earlier_than_the_write_before() {
        let clock = ManualClock::new();
        let (time, watermark) = (Time::new(Some(Box::new(clock.clone()))), Watermark::default());
        let early = time.read();
        clock.advance(Duration::from_secs(10));
        let now = watermark.now(time.read());
        now.publish_alone();
        let ttl = Some(Duration::from_secs(5));
        assert_eq!(watermark.now(early).deadline(ttl), now.deadline(ttl));
    }

    #[test]
    fn what_is_near_is_told_by_the_precise_clock_alone() {
        let time = Time::new(None);
        let now = time.read();
        let is_well_before = |millis: u64| time.is_well_before(Deadline(now.0 + millis * 1_000_000));
        assert!(![0, 1, 500].into_iter().any(is_well_before));
        assert!(is_well_before(3_600_000) && time.is_well_before(Deadline::NEVER));
        assert!(!Time::new(Some(Box::new(ManualClock::new()))).is_well_before(Deadline(u64::MAX - 1)));
    }

    #[test]
    fn nothing_that_never_expires_is_due_at_the_end_of_time() {
        let clock = ManualClock::new();
        let (time, watermark) = (Time::new(Some(Box::new(clock.clone()))), Watermark::default());
        clock.advance(Duration::MAX);
        let end = watermark.now(time.read());
        assert!(!end.is_expired(Deadline::NEVER));
        assert!(end.is_expired(end.deadline(Some(Duration::from_secs(1)))));
    }

    #[test]
    fn no_ttl_overflows_into_never() {
        let now = Now::at(5);
        assert_eq!(now.deadline(None), Deadline::NEVER);
        assert!(now.deadline(Some(Duration::MAX)) < Deadline::NEVER);
        assert_eq!(now.until(Deadline::NEVER), None);
        assert_eq!(now.until(now.deadline(Some(Duration::from_secs(1)))), Some(Duration::from_secs(1)));
    }
}
