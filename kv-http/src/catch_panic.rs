//! Catches panics of application code, such as a validator or a `Serialize` implementation.

use crate::problem::Problem;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// Runs a future, and turns a panic into a 500. Only the panic hook receives the panic's message,
/// never the client.
///
/// The future is passed pinned, because an `async fn` that takes it by value stores it twice.
pub(crate) fn catch_panic<T>(
    mut future: Pin<&mut impl Future<Output = Result<T, Problem>>>,
) -> impl Future<Output = Result<T, Problem>> {
    poll_fn(move |cx| {
        // Unwind safe: the state of a request is dropped after a panic, and the store keeps its own
        // state consistent.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Problem::internal())))
    })
}
