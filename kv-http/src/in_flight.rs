//! [`InFlight`]: limits the bytes of large responses that are being sent.
//!
//! A response stays in memory until its last byte has been passed to the operating system, however
//! slowly the client reads.

use crate::problem::Problem;
use axum::body::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Size up to which responses are not counted. Clients that do not read large responses therefore
/// cannot block small ones.
const UNCOUNTED: usize = 64 << 10;

/// The number of bytes of all large responses that are being sent.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    bytes: AtomicUsize,
}

impl InFlight {
    /// Returns the maximum size of another response.
    pub(crate) fn available(&self, max: usize) -> usize {
        max.saturating_sub(self.bytes.load(Ordering::Relaxed)).max(UNCOUNTED)
    }

    /// Reserves bytes for a response before it is written.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: usize, max: usize) -> Result<Reservation, Problem> {
        let grow = |counted: usize| counted.checked_add(bytes).filter(|counted| *counted <= max);
        match self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow) {
            Ok(_) => Ok(Reservation { in_flight: Arc::clone(self), bytes }),
            Err(_) => Err(Problem::too_many_in_flight()),
        }
    }

    /// Tracks a response until it has been sent.
    pub(crate) fn track(self: &Arc<Self>, response: Vec<u8>, max: usize) -> Result<Bytes, Problem> {
        if response.len() <= UNCOUNTED {
            return Ok(response.into());
        }
        Ok(self.reserve(response.len(), max)?.track(response))
    }
}

/// Reserved bytes, which are released on drop.
#[derive(Debug)]
pub(crate) struct Reservation {
    in_flight: Arc<InFlight>,
    bytes: usize,
}

impl Reservation {
    /// Tracks the response for which the bytes were reserved until it has been sent.
    pub(crate) fn track(mut self, response: Vec<u8>) -> Bytes {
        if response.len() <= UNCOUNTED {
            return response.into();
        }
        let counted = &self.in_flight.bytes;
        // A batch may exceed its reservation by the results of its writes.
        if response.len() >= self.bytes {
            counted.fetch_add(response.len() - self.bytes, Ordering::Relaxed);
        } else {
            counted.fetch_sub(self.bytes - response.len(), Ordering::Relaxed);
        }
        self.bytes = response.len();
        Bytes::from_owner(TrackedBytes { response, _reservation: self })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.in_flight.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct TrackedBytes {
    response: Vec<u8>,
    _reservation: Reservation,
}

impl AsRef<[u8]> for TrackedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_is_counted_until_its_last_part_is_dropped() {
        let in_flight = Arc::new(InFlight::default());
        let max = 10 * UNCOUNTED;
        let mut response = in_flight.track(vec![0; 6 * UNCOUNTED], max).ok().unwrap_or_default();
        assert!(in_flight.track(vec![0; 5 * UNCOUNTED], max).is_err());
        assert_eq!(in_flight.available(max), 4 * UNCOUNTED);
        let part = response.split_off(UNCOUNTED);
        drop(response);
        assert_eq!(in_flight.available(max), 4 * UNCOUNTED);
        drop(part);
        assert_eq!(in_flight.available(max), max);
    }

    #[test]
    fn small_responses_are_always_accepted_and_reservations_adapt_to_the_response() {
        let in_flight = Arc::new(InFlight::default());
        let max = 2 * UNCOUNTED;
        let reservation = in_flight.reserve(max, max).ok();
        assert!(in_flight.track(vec![0; UNCOUNTED], max).is_ok());
        assert!(in_flight.track(vec![0; UNCOUNTED + 1], max).is_err());
        let response = reservation.map(|reservation| reservation.track(vec![0; UNCOUNTED + 1]));
        assert_eq!(in_flight.available(max), UNCOUNTED);
        assert_eq!(in_flight.bytes.load(Ordering::Relaxed), UNCOUNTED + 1);
        drop(response);
        drop(in_flight.reserve(UNCOUNTED, max).map(|reservation| reservation.track(Vec::new())));
        assert_eq!(in_flight.available(max), max);
    }
}
