//! What time it is.

#[cfg(target_os = "linux")]
mod linux;
mod wall;

pub(crate) use wall::Wall;

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU64, Ordering};
use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant, SystemTime};

/// How many nanoseconds [`SystemClock::roughly_now`] may be behind. Linux moves its coarse clock on with its ticks, of which there are 100
/// in a second or more; but the processor that ticks may be one that a host has taken away for a while.
pub(crate) const ROUGHLY: u64 = 1_000_000_000;

/// Where a store gets the time from.
///
/// Deadlines are kept in the monotonic time of [`now`](Self::now), so a change of the system's clock moves
/// none. A store calls its clock under no lock; a clock may use the store.
///
/// ```
/// use kv_core::{Clock, KvStore, SystemClock};
/// use std::time::{Duration, SystemTime};
///
/// /// Time that goes by ten times as fast, to see a day's expiries in a few hours.
/// struct Fast(SystemClock);
///
/// impl Clock for Fast {
///     fn now(&self) -> Duration {
///         self.0.now() * 10
///     }
///
///     fn system_time(&self) -> SystemTime {
///         self.0.system_time()
///     }
/// }
///
/// let kv = KvStore::builder().clock(Fast(SystemClock::new())).build();
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time since an origin of the clock's own. It never goes back.
    fn now(&self) -> Duration;

    /// The time of day: what `created_at` and `updated_at` show, and where versions start.
    fn system_time(&self) -> SystemTime;

    /// Gives the clock a waker that it is to call whenever its time has gone on by other means than waiting.
    ///
    /// A store with [`Expiry::Background`](crate::Expiry::Background) waits for its next deadline in real time, and
    /// looks at the clock again when woken. A clock that follows real time need not implement this.
    fn on_jump(&self, waker: Waker) {
        drop(waker);
    }
}

/// The clock of the operating system: [`Instant`] and [`SystemTime`].
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
    #[cfg(target_os = "linux")]
    monotonic: linux::MonotonicClock,
}

impl SystemClock {
    /// A clock whose origin is now.
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
            #[cfg(target_os = "linux")]
            monotonic: linux::MonotonicClock::new(),
        }
    }
}

impl SystemClock {
    /// The nanoseconds since an origin that may be a moment after that of [`now`](Clock::now). Readings of the one are not
    /// compared with those of the other.
    #[inline]
    pub(crate) fn precisely_now(&self) -> u64 {
        #[cfg(target_os = "linux")]
        if let Some(elapsed) = self.monotonic.elapsed() {
            return elapsed;
        }
        nanos(self.now())
    }

    /// The time of [`precisely_now`](Self::precisely_now), or one up to [`ROUGHLY`] before it where that costs less.
    #[inline]
    pub(crate) fn roughly_now(&self) -> u64 {
        #[cfg(target_os = "linux")]
        if let Some(elapsed) = self.monotonic.roughly_elapsed() {
            return elapsed;
        }
        self.precisely_now()
    }
}

/// A time in nanoseconds: it reaches to 584 years.
#[inline]
pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[inline]
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that stands still until it is [advanced](Self::advance), for tests. Its clones are one clock. It keeps a
/// waker of every store with background expiry that was made on it.
///
/// ```
/// use kv_core::{KvStore, KvType, ManualClock};
/// use std::time::Duration;
///
/// #[derive(KvType)]
/// #[kv(ttl = "30s")]
/// struct Typing {
///     room: String,
/// }
///
/// let clock = ManualClock::new();
/// let kv = KvStore::builder().clock(clock.clone()).build();
/// let store = kv.tenant("acme.example")?;
/// store.set::<Typing>("user:7", Typing { room: "a".to_owned() })?;
///
/// clock.advance(Duration::from_secs(29));
/// assert!(store.contains::<Typing>("user:7"));
/// clock.advance(Duration::from_secs(1));
/// assert!(!store.contains::<Typing>("user:7"));
/// # Ok::<(), kv_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ManualClock {
    shared: Arc<Manual>,
}

struct Manual {
    nanos: AtomicU64,
    start: SystemTime,
    wakers: Mutex<Vec<Waker>>,
}

impl ManualClock {
    /// A clock that stands at the start of the year 2025, UTC: the same in every run.
    pub fn new() -> Self {
        // 20,089 days from 1970 to 2025.
        Self::starting_at(SystemTime::UNIX_EPOCH + Duration::from_hours(482_136))
    }

    /// A clock that stands at this time of day.
    pub fn starting_at(start: SystemTime) -> Self {
        let shared = Manual { nanos: AtomicU64::new(0), start, wakers: Mutex::new(Vec::new()) };
        Self { shared: Arc::new(shared) }
    }

    /// Lets time go on. It stops for good after 584 years.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        let add = |nanos: u64| Some(nanos.saturating_add(by));
        // It cannot fail: `add` never declines.
        let _ = self.shared.nanos.fetch_update(Ordering::AcqRel, Ordering::Acquire, add);
        let wakers = self.shared.wakers.lock().clone();
        for waker in wakers {
            waker.wake();
        }
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualClock").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Clock for ManualClock {
    #[inline]
    fn now(&self) -> Duration {
        Duration::from_nanos(self.shared.nanos.load(Ordering::Acquire))
    }

    fn system_time(&self) -> SystemTime {
        self.shared.start.checked_add(self.now()).unwrap_or(self.shared.start)
    }

    fn on_jump(&self, waker: Waker) {
        self.shared.wakers.lock().push(waker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_times_of_a_manual_clock_go_on_together_and_never_overflow() {
        let clock = ManualClock::new();
        let start = clock.system_time();
        assert_eq!(clock.now(), Duration::ZERO);
        clock.clone().advance(Duration::from_millis(1500));
        assert_eq!(clock.now(), Duration::from_millis(1500));
        assert_eq!(clock.system_time(), start + Duration::from_millis(1500));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Duration::from_nanos(u64::MAX));
    }
}
