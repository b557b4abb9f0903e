//! Whether there is an order of operations, each at one instant between its call and its return, in which every answer is right.
//!
//! The search is Wing and Gong's ("Testing and Verifying Concurrent Objects", 1993), with Lowe's memory of where it has been
//! ("Testing for linearizability", 2017). All keys are searched together: what is promised of one key follows, and several are
//! promised to be read, written and counted at one instant.
//!
//! Each operation also happens at a tick of the clock between those that it saw come and go, so that an entry may expire at
//! any instant at which its deadline may have been crossed.

use crate::history::{Call, KEYS, Kind, Op, Outcome};
use crate::model::State;
use std::collections::HashSet;
use std::fmt;

/// There is no such order.
#[derive(Debug)]
pub(crate) struct NotLinearizable {
    /// The longest beginning of one.
    reached: Vec<Call>,
    /// What is left, of which nothing fits next.
    left: Vec<Call>,
}

impl fmt::Display for NotLinearizable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no order explains all answers; the one that explains most begins with")?;
        self.reached.iter().try_for_each(|call| writeln!(f, "  {call}"))?;
        writeln!(f, "and goes on with none of")?;
        self.left.iter().try_for_each(|call| writeln!(f, "  {call}"))
    }
}

/// Looks for an order of a history's operations.
pub(crate) fn check(history: &[Call], kind: Kind) -> Result<(), Box<NotLinearizable>> {
    let mut calls: Vec<Call> = history.iter().filter(|call| call.op.is_judged()).flat_map(parts).collect();
    assert!(calls.len() <= 128, "what has been searched is noted in 128 bits");
    calls.sort_by_key(|call| call.returned);
    let mut search = Search { calls: &calls, kind, been: HashSet::new(), order: vec![], reached: vec![] };
    if search.goes_on(0, &State::default()) {
        return Ok(());
    }
    let reached = search.reached;
    let left = (0..calls.len()).filter(|n| !reached.contains(n)).map(|n| calls[n].clone()).collect();
    let reached = reached.iter().map(|n| calls[*n].clone()).collect();
    Err(Box::new(NotLinearizable { reached, left }))
}

/// A scan is promised to find each key as it was at some instant of the scan's, and not all at one.
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
    been: HashSet<(u128, State)>,
    order: Vec<usize>,
    reached: Vec<usize>,
}

impl Search<'_> {
    fn goes_on(&mut self, done: u128, state: &State) -> bool {
        if self.order.len() == self.calls.len() {
            return true;
        }
        if self.order.len() > self.reached.len() {
            self.reached.clone_from(&self.order);
        }
        if !self.been.insert((done, state.clone())) {
            return false;
        }
        let calls = self.calls;
        let left = || calls.iter().enumerate().filter(move |(n, _)| done & (1 << n) == 0);
        let first_return = left().map(|(_, call)| call.returned).min().unwrap_or(u64::MAX);
        for (n, call) in left().filter(|(_, call)| call.called < first_return) {
            for tick in state.horizon().max(call.clock.0)..=call.clock.1 {
                let Some(next) = state.after(&call.op, &call.outcome, tick, self.kind) else { continue };
                self.order.push(n);
                if self.goes_on(done | 1 << n, &next) {
                    return true;
                }
                self.order.pop();
            }
        }
        false
    }
}
