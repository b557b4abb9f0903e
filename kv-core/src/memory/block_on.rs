//! Waiting for a future on a thread.

use crate::sync::{Condvar, Mutex};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

/// Waits for a future on this thread.
pub(crate) fn block_on<O>(future: impl Future<Output = O>) -> O {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        let mut woken = signal.woken.lock();
        while !*woken {
            signal.changed.wait(&mut woken);
        }
        *woken = false;
    }
}

/// Waits for a future on this thread up to a point in time.
pub(crate) fn block_on_until<O>(future: impl Future<Output = O>, end: Instant) -> Option<O> {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        let mut woken = signal.woken.lock();
        while !*woken {
            if signal.changed.wait_until(&mut woken, end).timed_out() && !*woken {
                return None;
            }
        }
        *woken = false;
    }
}

/// Wakes a thread. Not by `unpark`, whose one token belongs to the application.
#[derive(Default)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        *self.woken.lock() = true;
        self.changed.notify_one();
    }
}
