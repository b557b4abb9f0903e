//! A panic in the application's code (a validator, a `Serialize`) ends the request that met it, and nothing else.

use crate::problem::Problem;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// What a future comes to, or 500 when it panics. The panic's message goes to the panic hook, never to the client.
///
/// It takes the future where it stands: an `async fn` would keep it twice.
pub(crate) fn or_internal<T>(
    mut future: Pin<&mut impl Future<Output = Result<T, Problem>>>,
) -> impl Future<Output = Result<T, Problem>> {
    poll_fn(move |cx| {
        // What a half-done request leaves behind is its own; the store looks after itself.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Problem::internal())))
    })
}
