//! Pauses that make the calls of threads overlap.

use kv_core::{Clock, ManualClock};
use std::task::Waker;
use std::thread;
use std::time::{Duration, SystemTime};

/// Does nothing, yields, or sleeps for less than 40 µs, at random.
pub(crate) fn pause() {
    match fastrand::u8(..) {
        0..144 => {}
        144..232 => thread::yield_now(),
        232.. => thread::sleep(Duration::from_micros(fastrand::u64(1..40))),
    }
}

/// A clock that pauses after it was read. A store reads its clock before it takes a lock; the pause
/// lets other threads take the lock first.
pub(crate) struct PausingClock(pub(crate) ManualClock);

impl Clock for PausingClock {
    fn now(&self) -> Duration {
        let now = self.0.now();
        pause();
        now
    }

    fn system_time(&self) -> SystemTime {
        self.0.system_time()
    }

    fn on_jump(&self, waker: Waker) {
        self.0.on_jump(waker);
    }
}
