//! [`Clock`]: the source of time of a store.

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

/// Maximum lag of [`SystemClock::coarse_now`] in nanoseconds. Linux updates its coarse clock with
/// each tick, at least 100 times a second, but a virtual machine may lose its processor for a
/// while.
pub(crate) const COARSE_LAG: u64 = 1_000_000_000;

/// The source of time of a store.
///
/// Deadlines are kept in the monotonic time of [`now`](Self::now), so setting the system clock does
/// not move them. A store calls its clock under no lock, and a clock may use the store.
///
/// ```
/// use kv_core::{Clock, KvStore, SystemClock};
/// use std::time::{Duration, SystemTime};
///
/// /// Runs ten times as fast, to see the expiries of a day in a few hours.
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
    /// Returns the time since a fixed origin of this clock. It never decreases.
    fn now(&self) -> Duration;

    /// Returns the time of day, which `created_at`, `updated_at` and the first version are based
    /// on.
    fn system_time(&self) -> SystemTime;

    /// Registers a waker. The clock must call it whenever its time advances faster than real time.
    ///
    /// A store with [`Expiry::Background`](crate::Expiry::Background) waits for its next deadline
    /// in real time, and reads the clock again when it is woken. A clock that follows real time
    /// need not implement this.
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
    /// Creates a clock whose origin is now.
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
            #[cfg(target_os = "linux")]
            monotonic: linux::MonotonicClock::new(),
        }
    }
}

impl SystemClock {
    /// Returns the nanoseconds since the creation of the clock. The origin may be slightly later
    /// than that of [`now`](Clock::now), so the two must not be compared.
    #[inline]
    pub(crate) fn precise_now(&self) -> u64 {
        #[cfg(target_os = "linux")]
        if let Some(elapsed) = self.monotonic.elapsed() {
            return elapsed;
        }
        nanos(self.now())
    }

    /// Returns the time of [`precise_now`](Self::precise_now), or up to [`COARSE_LAG`] less where
    /// that is cheaper.
    #[inline]
    pub(crate) fn coarse_now(&self) -> u64 {
        #[cfg(target_os = "linux")]
        if let Some(elapsed) = self.monotonic.coarse_elapsed() {
            return elapsed;
        }
        self.precise_now()
    }
}

/// Converts a duration to nanoseconds, at most 584 years.
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

/// A clock for tests. Its time only changes when it is [advanced](Self::advance). Clones share the
/// time. It keeps a waker of every store with background expiry that uses it.
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
    /// Creates a clock whose time of day is the start of the year 2025, UTC.
    pub fn new() -> Self {
        // 20,089 days from 1970 to 2025.
        Self::starting_at(SystemTime::UNIX_EPOCH + Duration::from_hours(482_136))
    }

    /// Creates a clock with this time of day.
    pub fn starting_at(start: SystemTime) -> Self {
        let shared = Manual { nanos: AtomicU64::new(0), start, wakers: Mutex::new(Vec::new()) };
        Self { shared: Arc::new(shared) }
    }

    /// Advances the clock. Its time is limited to 584 years.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        let add = |nanos: u64| Some(nanos.saturating_add(by));
        // Never fails, because `add` always returns `Some`.
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
    fn both_times_of_a_manual_clock_advance_together_without_overflow() {
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
