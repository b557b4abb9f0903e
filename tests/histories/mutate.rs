//! Mutations that make a recorded stream wrong.

use crate::history::{Call, Key, Outcome};
use crate::record::{Observation, Observed, Recording};
use crate::store::Change;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mutation {
    DropSet,
    DropRemoval,
    SwapChanges,
    RepeatSetAfterRemoval,
    RepeatChange,
    RepeatReady,
    DropReset,
    MoveReadyForward,
    DropChangeAfterResume,
}

impl Mutation {
    pub(crate) const ALL: [Self; 9] = [
        Self::DropSet,
        Self::DropRemoval,
        Self::SwapChanges,
        Self::RepeatSetAfterRemoval,
        Self::RepeatChange,
        Self::RepeatReady,
        Self::DropReset,
        Self::MoveReadyForward,
        Self::DropChangeAfterResume,
    ];

    /// Returns the recording with its first stream mutated, or `None` if the mutation does not
    /// apply to it.
    pub(crate) fn apply(self, recording: &Recording) -> Option<Recording> {
        let mut recording = recording.clone();
        let first = recording.streams.first_mut()?;
        let stream = std::mem::take(first);
        *first = self.mutate(stream, &recording.calls)?;
        Some(recording)
    }

    fn mutate(self, mut stream: Vec<Observation>, calls: &[Call]) -> Option<Vec<Observation>> {
        match self {
            // Only the last change of a key affects the final state.
            Self::DropSet => {
                let at = (0..stream.len()).rfind(|n| is_set(&stream[*n]) && is_last(&stream, *n))?;
                stream.remove(at);
            }
            Self::DropRemoval => {
                let at = (0..stream.len()).rfind(|n| {
                    let is_known = stream[..*n]
                        .iter()
                        .rev()
                        .find(|other| key(other) == key(&stream[*n]))
                        .is_some_and(is_set);
                    let after = &stream[last_reset(&stream)..];
                    is_removal(&stream[*n])
                        && is_known
                        && is_last(&stream, *n)
                        && after.iter().any(|observation| std::ptr::eq(observation, &raw const stream[*n]))
                        && stream[last_reset(&stream)..*n]
                            .iter()
                            .any(|other| is_set(other) && key(other) == key(&stream[*n]))
                })?;
                stream.remove(at);
            }
            Self::SwapChanges => {
                let from = ready_after(&stream, 0)?;
                let at = (from..stream.len().checked_sub(1)?).find(|n| {
                    is_live(&stream, *n) && key(&stream[*n]).is_some() && key(&stream[*n + 1]).is_some()
                })?;
                let what = stream[at].what;
                stream[at].what = stream[at + 1].what;
                stream[at + 1].what = what;
            }
            Self::RepeatSetAfterRemoval => {
                let at = (0..stream.len()).find(|n| is_removal(&stream[*n]))?;
                let earlier =
                    stream[..at].iter().rfind(|set| is_set(set) && key(set) == key(&stream[at]))?.what;
                // The earlier write must not precede a reset.
                let since = stream[..at]
                    .iter()
                    .rposition(|observation| observation.what == Observed::Change(Change::Reset))?;
                stream[since..at].iter().any(|observation| observation.what == earlier).then_some(())?;
                let again = Observation { what: earlier, ..stream[at].clone() };
                stream.insert(at + 1, again);
            }
            Self::RepeatChange => {
                let at = (0..stream.len()).find(|n| key(&stream[*n]).is_some())?;
                stream.insert(at + 1, stream[at].clone());
            }
            Self::RepeatReady => {
                let at = ready_after(&stream, 0)?;
                stream.insert(at + 1, stream[at].clone());
            }
            Self::DropReset => {
                let at = stream
                    .iter()
                    .position(|observation| observation.what == Observed::Change(Change::Reset))?;
                key(stream.get(at + 1)?)?;
                stream.remove(at);
            }
            // Moves `Ready` before the only change of a key that was written before the watch
            // began.
            Self::MoveReadyForward => {
                let ready = ready_after(&stream, 0)?;
                let at = (0..ready).find(|n| is_set(&stream[*n]))?;
                let Change::Set { version, .. } = change(&stream[at])? else { return None };
                let wrote =
                    |call: &&Call| matches!(&call.outcome, Outcome::Versions(all) if all.contains(&version));
                let was_before =
                    calls.iter().find(wrote).is_some_and(|call| call.returned < stream[0].called);
                (was_before && is_only_change(&stream, at)).then_some(())?;
                let what = stream[ready].what;
                let early = Observation { what, ..stream[at].clone() };
                stream.remove(ready);
                stream.insert(at, early);
            }
            Self::DropChangeAfterResume => {
                let started = stream.iter().rposition(|observation| {
                    matches!(observation.what, Observed::Started { after: Some(_) })
                })?;
                let ready = ready_after(&stream, started)?;
                let at = (started..ready).find(|n| key(&stream[*n]).is_some() && is_last(&stream, *n))?;
                let is_known = || {
                    let before = &stream[last_reset(&stream)..at];
                    before.iter().rfind(|other| key(other) == key(&stream[at])).is_some_and(is_set)
                };
                (is_set(&stream[at]) || is_known()).then_some(())?;
                stream.remove(at);
            }
        }
        Some(stream)
    }
}

fn change(observation: &Observation) -> Option<Change> {
    match observation.what {
        Observed::Change(change) => Some(change),
        _ => None,
    }
}

fn key(observation: &Observation) -> Option<Key> {
    match change(observation)? {
        Change::Set { key, .. } | Change::Removed { key, .. } => Some(key),
        Change::Reset | Change::Ready => None,
    }
}

fn is_set(observation: &Observation) -> bool {
    matches!(observation.what, Observed::Change(Change::Set { .. }))
}

fn is_removal(observation: &Observation) -> bool {
    matches!(observation.what, Observed::Change(Change::Removed { .. }))
}

/// Whether neither another change of the key nor a reset follows.
fn is_last(stream: &[Observation], at: usize) -> bool {
    let is_reset = |observation: &Observation| observation.what == Observed::Change(Change::Reset);
    stream[at + 1..].iter().all(|other| key(other) != key(&stream[at]) && !is_reset(other))
}

fn is_only_change(stream: &[Observation], at: usize) -> bool {
    stream.iter().filter(|other| key(other) == key(&stream[at])).count() == 1 && is_last(stream, at)
}

fn last_reset(stream: &[Observation]) -> usize {
    stream.iter().rposition(|observation| observation.what == Observed::Change(Change::Reset)).unwrap_or(0)
}

fn ready_after(stream: &[Observation], from: usize) -> Option<usize> {
    (from..stream.len()).find(|n| stream[*n].what == Observed::Change(Change::Ready))
}

/// Whether the stream is after a `Ready`, with neither a reset nor a new watch since.
fn is_live(stream: &[Observation], at: usize) -> bool {
    let is_transition = |observation: &&Observation| {
        matches!(observation.what, Observed::Started { .. } | Observed::Change(Change::Ready | Change::Reset))
    };
    stream[..at]
        .iter()
        .rfind(is_transition)
        .is_some_and(|observation| observation.what == Observed::Change(Change::Ready))
}
