//! The cost of matching a pattern, per character of the text.
//!
//! `regex-lite` compiles a pattern to states and processes a text with the set of all states in
//! which a match can be. Each character takes one step for each state of the set. This module
//! builds the same states and finds every set that a text can lead to. The size of the largest set
//! is the cost. Measured with regex-lite 0.1.9, a text of 64 KiB takes 50 ms of CPU time with the
//! slowest accepted patterns (`[a-z]{1,15}-`), and would take 2.4 s with `[a-z]{1,1000}-`.

use std::collections::HashSet;

/// The most positions of a pattern with which a character is compared, including the forks that
/// lead to them.
pub const MAX_PLACES: usize = 32;

/// The most states of a pattern, including the repetitions of counts.
pub const MAX_STATES: usize = 4096;

/// The most states at the start of a text. The limit is higher than [`MAX_PLACES`], because they
/// occur once.
const MAX_BEGINNING: usize = 512;

/// The most steps of the search for the largest set. A pattern that needs more is refused.
const MAX_STEPS: usize = 500_000;

/// A node of the syntax tree of a pattern.
#[derive(Debug)]
pub(super) enum PatternNode {
    Start,
    End,
    /// A set of ASCII characters, with a bit for each.
    Characters(u128),
    Sequence(Vec<Self>),
    Branches(Vec<Self>),
    Repeated {
        node: Box<Self>,
        min: u32,
        max: Option<u32>,
    },
}

impl PatternNode {
    pub(super) fn character(c: char) -> Self {
        Self::Characters(bit(c))
    }
}

/// Returns the bit of an ASCII character; 0 for any other character.
pub(super) fn bit(c: char) -> u128 {
    1_u128.checked_shl(c.into()).unwrap_or(0)
}

/// Checks that a pattern is not too slow. The error names the limit and the fix.
pub(super) fn check(pattern: &PatternNode) -> Result<(), String> {
    let mut program = Program { states: vec![State::Match] };
    let start = program.compile(pattern, 0).ok_or_else(|| {
        format!(
            "the counts expand the pattern to more than {MAX_STATES} states: lower its counts, or limit the length \
             with `len`"
        )
    })?;
    match program.largest_set(start) {
        Some(places) if places <= MAX_PLACES => Ok(()),
        Some(places) => Err(format!(
            "the pattern is slow, because each character of a text is compared with {places} or more of its positions \
             ({MAX_PLACES} are allowed): begin it with `^`, lower its counts, or limit the length with `len`"
        )),
        None => {
            Err("the pattern is too complex to determine its cost: begin it with `^`, or lower its counts"
                .to_owned())
        }
    }
}

/// A state, with the indices of the next states.
#[derive(Clone, Copy)]
enum State {
    Match,
    Start(usize),
    /// The end of the text. It has no next state, because no character follows.
    End,
    Characters(u128, usize),
    Fork(usize, usize),
}

/// The states of a pattern. A state refers to lower indices only, except for the forks of loops.
struct Program {
    states: Vec<State>,
}

impl Program {
    /// Adds a state and returns its index; `None` if there are too many.
    fn add(&mut self, state: State) -> Option<usize> {
        self.states.push(state);
        (self.states.len() <= MAX_STATES).then(|| self.states.len() - 1)
    }

    /// Adds the states of a node that is followed by the state `next`, and returns the first of
    /// them.
    fn compile(&mut self, node: &PatternNode, next: usize) -> Option<usize> {
        match node {
            PatternNode::Start => self.add(State::Start(next)),
            PatternNode::End => self.add(State::End),
            PatternNode::Characters(characters) => self.add(State::Characters(*characters, next)),
            PatternNode::Sequence(parts) => {
                parts.iter().rev().try_fold(next, |next, part| self.compile(part, next))
            }
            PatternNode::Branches(branches) => {
                let (last, others) = branches.split_last()?;
                let last = self.compile(last, next)?;
                others.iter().rev().try_fold(last, |later, branch| {
                    let branch = self.compile(branch, next)?;
                    self.add(State::Fork(branch, later))
                })
            }
            PatternNode::Repeated { node, min, max } => {
                let rest = match max {
                    Some(max) => (*min..*max).try_fold(next, |rest, _| {
                        let once = self.compile(node, rest)?;
                        self.add(State::Fork(once, next))
                    })?,
                    None => {
                        let again = self.add(State::Fork(0, next))?;
                        let once = self.compile(node, again)?;
                        self.states[again] = State::Fork(once, next);
                        again
                    }
                };
                (0..*min).try_fold(rest, |rest, _| self.compile(node, rest))
            }
        }
    }

    /// Returns the size of the largest set of states that a text can lead to, or of the first set
    /// that is too large; `None` if the search takes too many steps.
    fn largest_set(&self, start: usize) -> Option<usize> {
        let alphabet = self.alphabet();
        let (beginning, steps) = self.closure([start], true);
        if steps > MAX_BEGINNING {
            return Some(steps);
        }
        let (mut largest, mut all_steps) = (0, 0);
        let mut seen = HashSet::new();
        let mut pending: Vec<_> = beginning.into_iter().collect();
        while let Some(set) = pending.pop() {
            for character in &alphabet {
                let follows = set.iter().filter_map(|state| match self.states[*state] {
                    State::Characters(characters, next) if characters & character != 0 => Some(next),
                    _ => None,
                });
                // Another match can start at this character.
                let (set, steps) = self.closure(follows.chain([start]), false);
                largest = largest.max(steps);
                all_steps += steps;
                if largest > MAX_PLACES {
                    return Some(largest);
                }
                if all_steps > MAX_STEPS {
                    return None;
                }
                if let Some(set) = set
                    && !seen.contains(&set)
                {
                    seen.insert(set.clone());
                    pending.push(set);
                }
            }
        }
        Some(largest)
    }

    /// Returns the character states that are reachable without consuming a character, and the
    /// number of visited states. The first part is `None` if a match is reachable, because the
    /// matcher then stops.
    fn closure(&self, from: impl IntoIterator<Item = usize>, at_start: bool) -> (Option<Vec<usize>>, usize) {
        let mut visited = HashSet::new();
        let mut waiting: Vec<_> = from.into_iter().collect();
        let mut set = Vec::new();
        let mut matches = false;
        while let Some(state) = waiting.pop() {
            if !visited.insert(state) {
                continue;
            }
            match self.states[state] {
                State::Match => matches = true,
                State::Start(next) if at_start => waiting.push(next),
                State::Start(_) | State::End => {}
                State::Characters(..) => set.push(state),
                State::Fork(first, second) => waiting.extend([first, second]),
            }
        }
        set.sort_unstable();
        ((!matches).then_some(set), visited.len())
    }

    /// Returns one character of each class of characters that the pattern distinguishes.
    fn alphabet(&self) -> Vec<u128> {
        let mut kinds = vec![u128::MAX];
        for state in &self.states {
            if let State::Characters(characters, _) = state {
                kinds = kinds.iter().flat_map(|kind| [kind & characters, kind & !characters]).collect();
                kinds.retain(|kind| *kind != 0);
            }
        }
        kinds.iter().map(|kind| 1 << kind.trailing_zeros()).collect()
    }
}
