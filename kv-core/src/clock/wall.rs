//! [`Wall`]: the time of day derived from the monotonic clock, so that a write reads one clock.

use super::{SystemClock, nanos};
use crate::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Time for which a measured offset is reused. Linux adjusts the rate of both clocks together.
/// Other systems adjust the time of day only, by at most half a microsecond per millisecond
/// (`adjtimex`: 500 ppm). If the time of day is set, entries show the change up to a millisecond
/// late.
const TRUSTED_NANOS: u64 = 1_000_000;

/// Maximum duration of a measurement that is reused. Two clock readings take about 40 ns.
const PROMPT_NANOS: u64 = 200;

/// The offset of the time of day from a [`SystemClock`], in nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Wall {
    /// Time of the measurement, or zero before the first one.
    measured_at: AtomicU64,
    /// A recent offset. Concurrent measurements may overwrite each other; each of them is valid.
    offset: AtomicU64,
}

impl Wall {
    /// Returns the time of day, in nanoseconds since 1970, of a clock reading that was just taken.
    #[inline]
    pub(crate) fn at(&self, now: u64, clock: &SystemClock) -> u64 {
        let measured_at = self.measured_at.load(Ordering::Acquire);
        if measured_at != 0 && now.saturating_sub(measured_at) < TRUSTED_NANOS {
            return now.saturating_add(self.offset.load(Ordering::Relaxed));
        }
        self.measure(now, clock)
    }

    #[cold]
    fn measure(&self, now: u64, clock: &SystemClock) -> u64 {
        let before = clock.precise_now();
        let day = nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let after = clock.precise_now();
        // The thread may have been suspended between the readings.
        if after.saturating_sub(before) < PROMPT_NANOS {
            // The earlier reading gives the larger offset. With the later one, an entry could get a
            // time before a time of day that was read earlier.
            self.offset.store(day.saturating_sub(before), Ordering::Relaxed);
            self.measured_at.store(now.max(1), Ordering::Release);
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_of_day_is_never_earlier_than_one_read_before() {
        let (clock, wall) = (SystemClock::new(), Wall::default());
        let day = || nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        for _ in 0..300_000 {
            let before = day();
            let shown = wall.at(clock.precise_now(), &clock);
            let after = day();
            assert!(before <= shown && shown <= after + PROMPT_NANOS, "{before} {shown} {after}");
        }
    }
}
