//! Bounds how many bytes of large answers are held for clients at a time.
//!
//! An answer is held until its last byte has been handed to the system, however slowly the client reads.

use crate::problem::Problem;
use axum::body::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers up to this many bytes are not counted, so that clients that do not read large ones keep no other from being answered.
const SMALL: usize = 64 << 10;

/// The bytes of all large answers that are held.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    bytes: AtomicUsize,
}

impl InFlight {
    /// Returns how many bytes a further answer may have.
    pub(crate) fn left(&self, most: usize) -> usize {
        most.saturating_sub(self.bytes.load(Ordering::Relaxed)).max(SMALL)
    }

    /// Takes room for an answer before it is written.
    pub(crate) fn take(self: &Arc<Self>, bytes: usize, most: usize) -> Result<Taken, Problem> {
        let grown = |held: usize| held.checked_add(bytes).filter(|held| *held <= most);
        match self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown) {
            Ok(_) => Ok(Taken { of: Arc::clone(self), bytes }),
            Err(_) => Err(Problem::too_many_in_flight()),
        }
    }

    /// Holds an answer until it has been sent.
    pub(crate) fn hold(self: &Arc<Self>, answer: Vec<u8>, most: usize) -> Result<Bytes, Problem> {
        if answer.len() <= SMALL {
            return Ok(answer.into());
        }
        Ok(self.take(answer.len(), most)?.hold(answer))
    }
}

/// Room that was taken. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    of: Arc<InFlight>,
    bytes: usize,
}

impl Taken {
    /// Holds an answer, for which the room was taken, until it has been sent.
    pub(crate) fn hold(mut self, answer: Vec<u8>) -> Bytes {
        if answer.len() <= SMALL {
            return answer.into();
        }
        // A batch may go a little beyond its room: by the answers to its writes.
        let of = &self.of.bytes;
        if answer.len() >= self.bytes {
            of.fetch_add(answer.len() - self.bytes, Ordering::Relaxed);
        } else {
            of.fetch_sub(self.bytes - answer.len(), Ordering::Relaxed);
        }
        self.bytes = answer.len();
        Bytes::from_owner(Held { answer, _taken: self })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.of.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct Held {
    answer: Vec<u8>,
    _taken: Taken,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_counted_until_its_last_part_is_dropped() {
        let in_flight = Arc::new(InFlight::default());
        let most = 10 * SMALL;
        let mut held = in_flight.hold(vec![0; 6 * SMALL], most).ok().unwrap_or_default();
        assert!(in_flight.hold(vec![0; 5 * SMALL], most).is_err());
        assert_eq!(in_flight.left(most), 4 * SMALL);
        let part = held.split_off(SMALL);
        drop(held);
        assert_eq!(in_flight.left(most), 4 * SMALL);
        drop(part);
        assert_eq!(in_flight.left(most), most);
    }

    #[test]
    fn small_answers_are_always_held_and_room_that_was_taken_follows_the_answer() {
        let in_flight = Arc::new(InFlight::default());
        let most = 2 * SMALL;
        let taken = in_flight.take(most, most).ok();
        assert!(in_flight.hold(vec![0; SMALL], most).is_ok());
        assert!(in_flight.hold(vec![0; SMALL + 1], most).is_err());
        let held = taken.map(|taken| taken.hold(vec![0; SMALL + 1]));
        assert_eq!(in_flight.left(most), SMALL);
        assert_eq!(in_flight.bytes.load(Ordering::Relaxed), SMALL + 1);
        drop(held);
        drop(in_flight.take(SMALL, most).map(|taken| taken.hold(Vec::new())));
        assert_eq!(in_flight.left(most), most);
    }
}
