//! Pauses, so that threads meet.

use kv_core::{Clock, ManualClock};
use std::task::Waker;
use std::thread;
use std::time::{Duration, SystemTime};

/// Goes on at once, lets others go first, or sleeps a little.
pub(crate) fn pause() {
    match fastrand::u8(..) {
        0..144 => {}
        144..232 => thread::yield_now(),
        232.. => thread::sleep(Duration::from_micros(fastrand::u64(1..40))),
    }
}

/// A clock that pauses whoever has read it: a store reads its clock before it takes a lock, and there others are to pass.
pub(crate) struct Hesitant(pub(crate) ManualClock);

impl Clock for Hesitant {
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
