//! [`Deadlines`]: which row is due next.
//!
//! A heap of times at which to look at a place. An entry whose deadline is moved back, as every overwrite of a type with
//! a time to live does, keeps its old time in the heap; it is looked at then, found alive, and put back at its new
//! deadline. So an overwrite costs nothing here.

use super::time::Deadline;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter;

/// The times at which to look at rows: for each row with a deadline one, at it or before it.
pub(super) struct Deadlines {
    /// Besides those that hold there may be some that are no more than remains of rows and times.
    queue: BinaryHeap<Reverse<(Deadline, u32)>>,
    /// By place, the time that holds; `NEVER` where there is none.
    times: Vec<Deadline>,
    /// How many of them hold.
    len: usize,
}

impl Deadlines {
    pub(super) const fn new() -> Self {
        Self { queue: BinaryHeap::new(), times: Vec::new(), len: 0 }
    }

    /// Takes note of the deadline of a row that had another, or none.
    #[inline]
    pub(super) fn change(&mut self, place: u32, before: Deadline, deadline: Deadline) {
        // At a later one it is looked at as well, from the time that holds on.
        if deadline < before {
            self.set(place, deadline);
        } else if deadline == Deadline::NEVER && before != Deadline::NEVER {
            self.forget(place);
        }
    }

    fn set(&mut self, place: u32, deadline: Deadline) {
        if deadline < self.time_of(place) {
            self.queue_at(place, deadline);
        }
    }

    /// Forgets the row of a place.
    pub(super) fn forget(&mut self, place: u32) {
        if let Some(time) = self.times.get_mut(place as usize).filter(|time| **time != Deadline::NEVER) {
            *time = Deadline::NEVER;
            self.len -= 1;
            self.discard_remains();
        }
    }

    /// A time before which no row is due.
    #[inline]
    pub(super) fn nothing_before(&self) -> Deadline {
        let first = self.queue.peek().filter(|_| self.len > 0);
        first.map_or(Deadline::NEVER, |Reverse((time, _))| *time)
    }

    /// The row that is due first, with its deadline. `deadline_of` knows those of all rows.
    pub(super) fn first(&mut self, deadline_of: impl Fn(u32) -> Deadline) -> Option<(Deadline, u32)> {
        while !self.queue.is_empty() {
            let first = self.look(&deadline_of);
            if first.is_some() {
                return first;
            }
        }
        None
    }

    /// Looks at the first time, and returns it if it is the deadline of its row. Otherwise the row is queued at its deadline.
    pub(super) fn look(&mut self, deadline_of: impl Fn(u32) -> Deadline) -> Option<(Deadline, u32)> {
        let &Reverse((time, place)) = self.queue.peek()?;
        let holds = self.time_of(place) == time;
        let deadline = deadline_of(place);
        if holds && deadline == time {
            return Some((time, place));
        }
        self.queue.pop();
        if holds {
            self.forget(place);
            self.set(place, deadline);
        }
        None
    }

    /// The places to look at up to a time, in no order. What remains of others may be among them, and a place may be there
    /// twice.
    pub(super) fn up_to(&self, is_up_to: impl Fn(Deadline) -> bool) -> impl Iterator<Item = u32> {
        let heap = self.queue.as_slice();
        let mut ahead = vec![0];
        iter::from_fn(move || {
            while let Some(at) = ahead.pop() {
                // Nothing below an entry of a heap is earlier than it is.
                if let Some(Reverse((time, place))) = heap.get(at)
                    && is_up_to(*time)
                {
                    ahead.extend([2 * at + 1, 2 * at + 2]);
                    return Some(*place);
                }
            }
            None
        })
    }

    fn time_of(&self, place: u32) -> Deadline {
        self.times.get(place as usize).copied().unwrap_or(Deadline::NEVER)
    }

    fn queue_at(&mut self, place: u32, deadline: Deadline) {
        let at = place as usize;
        if self.times.len() <= at {
            self.times.resize(at + 1, Deadline::NEVER);
        }
        if std::mem::replace(&mut self.times[at], deadline) == Deadline::NEVER {
            self.len += 1;
        }
        self.queue.push(Reverse((deadline, place)));
        self.discard_remains();
    }

    /// Keeps the remains from becoming more than what holds. Paid for by what left them.
    fn discard_remains(&mut self) {
        const FEW: usize = 64;
        if self.queue.len() > 2 * self.len + FEW {
            let times = &self.times;
            self.queue.retain(|Reverse((time, place))| times.get(*place as usize) == Some(time));
            if self.len == 0 {
                *self = Self::new();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::time::Now;
    use proptest::prelude::*;
    use std::time::Duration;

    fn at(seconds: u64) -> Deadline {
        Now::at(0).deadline(Some(Duration::from_secs(seconds)))
    }

    proptest! {
        /// Beside a table of deadlines, of which places lose and get some.
        #[test]
        fn it_knows_whichever_is_due_first(steps in prop::collection::vec((0..12u32, 0..9u64), 0..400)) {
            let mut deadlines = Deadlines::new();
            let mut model = [Deadline::NEVER; 12];
            for (place, seconds) in steps {
                let deadline = if seconds == 0 { Deadline::NEVER } else { at(seconds) };
                if seconds == 1 {
                    deadlines.forget(place);
                    model[place as usize] = Deadline::NEVER;
                } else {
                    deadlines.change(place, model[place as usize], deadline);
                    model[place as usize] = deadline;
                }
                let due = (0..12).filter(|place| model[*place as usize] <= at(4));
                let mut seen: Vec<_> = deadlines.up_to(|time| time <= at(4)).collect();
                seen.retain(|place| model[*place as usize] <= at(4));
                seen.sort_unstable();
                seen.dedup();
                prop_assert!(due.eq(seen));
                let first = deadlines.first(|place| model[place as usize]).map(|(deadline, _)| deadline);
                prop_assert_eq!(first, model.iter().copied().filter(|d| *d != Deadline::NEVER).min());
                prop_assert!(deadlines.queue.len() <= 2 * 12 + 64 + 1);
            }
        }
    }
}
