//! A panic in the application's code (a validator, a `Serialize`) ends the request that met it, and nothing else.

use crate::problem::Problem;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// What a future comes to, or 500 when it panics. The panic's message goes to the panic hook, never to the client.
pub(crate) async fn or_internal<T>(future: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // What a half-done request leaves behind is its own; the store looks after itself.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Problem::internal())))
    })
    .await
}
