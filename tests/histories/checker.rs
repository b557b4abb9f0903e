//! Searches for an order of the operations, each at one instant between its call and its return,
//! that explains every result.
//!
//! The search is Wing and Gong's ("Testing and Verifying Concurrent Objects", 1993), with Lowe's
//! cache of visited states ("Testing for linearizability", 2017). It covers all keys together,
//! because some operations read, write or count several keys at one instant. The promises about a
//! single key follow.
//!
//! Each operation also happens at one tick of the clock, between the ticks read before and after
//! the call. An entry may thus expire at any instant at which its deadline may have passed.

use crate::history::{Call, KEYS, Kind, Op, Outcome};
use crate::model::State;
use std::collections::HashSet;
use std::fmt;

/// Error for a history that no order explains.
#[derive(Debug)]
pub(crate) struct NotLinearizable {
    /// The longest order found, which explains only a part of the calls.
    reached: Vec<Call>,
    /// The other calls; none of them can be the next one.
    left: Vec<Call>,
}

impl fmt::Display for NotLinearizable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no order explains all results; the longest order found is")?;
        self.reached.iter().try_for_each(|call| writeln!(f, "  {call}"))?;
        writeln!(f, "and none of these calls can follow")?;
        self.left.iter().try_for_each(|call| writeln!(f, "  {call}"))
    }
}

/// Searches for an order of a history's operations.
pub(crate) fn check(history: &[Call], kind: Kind) -> Result<(), Box<NotLinearizable>> {
    let mut calls: Vec<Call> = history.iter().filter(|call| call.op.is_checked()).flat_map(parts).collect();
    assert!(calls.len() <= 128, "the set of ordered calls is a 128-bit mask");
    calls.sort_by_key(|call| call.returned);
    let mut search = Search { calls: &calls, kind, visited: HashSet::new(), order: vec![], reached: vec![] };
    if search.extend(0, &State::default()) {
        return Ok(());
    }
    let reached = search.reached;
    let left = (0..calls.len()).filter(|n| !reached.contains(n)).map(|n| calls[n].clone()).collect();
    let reached = reached.iter().map(|n| calls[*n].clone()).collect();
    Err(Box::new(NotLinearizable { reached, left }))
}

/// Splits a scan into one read per key: a scan reads each key at some instant during the scan, but
/// not all keys at the same instant.
fn parts(call: &Call) -> Vec<Call> {
    let Outcome::Rows(rows) = &call.outcome else { return vec![call.clone()] };
    if call.op != Op::Scan {
        return vec![call.clone()];
    }
    let value = |key| rows.iter().find(|(found, ..)| *found == key).map(|(_, value, _)| *value);
    let part = |key| Call { op: Op::Get(key), outcome: Outcome::Values(vec![value(key)]), ..call.clone() };
    KEYS.into_iter().map(part).collect()
}

struct Search<'h> {
    calls: &'h [Call],
    kind: Kind,
    visited: HashSet<(u128, State)>,
    order: Vec<usize>,
    reached: Vec<usize>,
}

impl Search<'_> {
    /// Searches, from `state`, for an order of the calls that are not in the mask `done`, and
    /// appends them to `order`. Returns whether one was found.
    fn extend(&mut self, done: u128, state: &State) -> bool {
        if self.order.len() == self.calls.len() {
            return true;
        }
        if self.order.len() > self.reached.len() {
            self.reached.clone_from(&self.order);
        }
        if !self.visited.insert((done, state.clone())) {
            return false;
        }
        let calls = self.calls;
        let left = || calls.iter().enumerate().filter(move |(n, _)| done & (1 << n) == 0);
        let first_return = left().map(|(_, call)| call.returned).min().unwrap_or(u64::MAX);
        for (n, call) in left().filter(|(_, call)| call.called < first_return) {
            for tick in state.earliest_tick().max(call.clock.0)..=call.clock.1 {
                let Some(next) = state.after(&call.op, &call.outcome, tick, self.kind) else { continue };
                self.order.push(n);
                if self.extend(done | 1 << n, &next) {
                    return true;
                }
                self.order.pop();
            }
        }
        false
    }
}
