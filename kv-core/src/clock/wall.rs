//! [`Wall`]: the time of day by way of the monotonic clock, so that a write reads one clock and not two.

use super::{SystemClock, nanos};
use crate::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// For how long the distance between the two clocks is taken to be the same. Linux adjusts the pace of both alike, others that
/// of the time of day alone, by half a microsecond in a millisecond at most (`adjtimex`: 500 ppm); when somebody sets it, entries
/// show it a millisecond late.
const TRUSTED_NANOS: u64 = 1_000_000;

/// How long measuring the distance may take to be good for more than one reading. Two readings of the clocks take some 40.
const PROMPT_NANOS: u64 = 200;

/// How far the time of day is ahead of a [`SystemClock`], in nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Wall {
    /// When it was measured; zero when it never was.
    measured_at: AtomicU64,
    /// Whichever of the distances measured of late is here, it is right.
    distance: AtomicU64,
}

impl Wall {
    /// The nanoseconds since 1970 when the clock stood at `now`, which is a moment ago.
    #[inline]
    pub(crate) fn at(&self, now: u64, clock: &SystemClock) -> u64 {
        let measured_at = self.measured_at.load(Ordering::Acquire);
        if measured_at != 0 && now.saturating_sub(measured_at) < TRUSTED_NANOS {
            return now.saturating_add(self.distance.load(Ordering::Relaxed));
        }
        self.measure(now, clock)
    }

    #[cold]
    fn measure(&self, now: u64, clock: &SystemClock) -> u64 {
        let before = clock.precisely_now();
        let day = nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let after = clock.precisely_now();
        // The thread may have waited between the readings.
        if after.saturating_sub(before) < PROMPT_NANOS {
            // From the earlier one, so that nothing is dated before a time that somebody has read already.
            self.distance.store(day.saturating_sub(before), Ordering::Relaxed);
            self.measured_at.store(now.max(1), Ordering::Release);
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_the_time_of_day_and_never_one_that_was_over_already() {
        let (clock, wall) = (SystemClock::new(), Wall::default());
        let day = || nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        for _ in 0..300_000 {
            let before = day();
            let shown = wall.at(clock.precisely_now(), &clock);
            let after = day();
            assert!(before <= shown && shown <= after + PROMPT_NANOS, "{before} {shown} {after}");
        }
    }
}
