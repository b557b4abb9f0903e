//! Streams that were told, with one thing changed that makes them wrong.

use crate::history::{Call, Key, Outcome};
use crate::record::{Heard, Recording, What};
use crate::store::News;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mutation {
    LosesSet,
    HidesRemoval,
    SwapsChanges,
    SetAfterRemoval,
    RepeatsChange,
    ReadyTwice,
    NoReset,
    ReadyTooEarly,
    ResumeSkips,
}

impl Mutation {
    pub(crate) const ALL: [Self; 9] = [
        Self::LosesSet,
        Self::HidesRemoval,
        Self::SwapsChanges,
        Self::SetAfterRemoval,
        Self::RepeatsChange,
        Self::ReadyTwice,
        Self::NoReset,
        Self::ReadyTooEarly,
        Self::ResumeSkips,
    ];

    /// The recording with the change in its first stream; `None` where there is nothing that it could make wrong.
    pub(crate) fn apply(self, recording: &Recording) -> Option<Recording> {
        let mut recording = recording.clone();
        let first = recording.streams.first_mut()?;
        let stream = std::mem::take(first);
        *first = self.change(stream, &recording.calls)?;
        Some(recording)
    }

    fn change(self, mut stream: Vec<Heard>, calls: &[Call]) -> Option<Vec<Heard>> {
        match self {
            // The last word about a key stands at the end.
            Self::LosesSet => {
                let at = (0..stream.len()).rfind(|n| is_set(&stream[*n]) && is_last(&stream, *n))?;
                stream.remove(at);
            }
            Self::HidesRemoval => {
                let at = (0..stream.len()).rfind(|n| {
                    let is_known = stream[..*n]
                        .iter()
                        .rev()
                        .find(|other| key(other) == key(&stream[*n]))
                        .is_some_and(is_set);
                    let after = &stream[last_reset(&stream)..];
                    is_gone(&stream[*n])
                        && is_known
                        && is_last(&stream, *n)
                        && after.iter().any(|heard| std::ptr::eq(heard, &raw const stream[*n]))
                        && stream[last_reset(&stream)..*n]
                            .iter()
                            .any(|other| is_set(other) && key(other) == key(&stream[*n]))
                })?;
                stream.remove(at);
            }
            Self::SwapsChanges => {
                let from = ready_after(&stream, 0)?;
                let at = (from..stream.len().checked_sub(1)?).find(|n| {
                    is_live(&stream, *n) && key(&stream[*n]).is_some() && key(&stream[*n + 1]).is_some()
                })?;
                let what = stream[at].what;
                stream[at].what = stream[at + 1].what;
                stream[at + 1].what = what;
            }
            Self::SetAfterRemoval => {
                let at = (0..stream.len()).find(|n| is_gone(&stream[*n]))?;
                let set = stream[..at].iter().rfind(|set| is_set(set) && key(set) == key(&stream[at]))?.what;
                // A reset in between voids what was said before.
                let since = stream[..at].iter().rposition(|heard| heard.what == What::News(News::Reset))?;
                stream[since..at].iter().any(|heard| heard.what == set).then_some(())?;
                let again = Heard { what: set, ..stream[at].clone() };
                stream.insert(at + 1, again);
            }
            Self::RepeatsChange => {
                let at = (0..stream.len()).find(|n| key(&stream[*n]).is_some())?;
                stream.insert(at + 1, stream[at].clone());
            }
            Self::ReadyTwice => {
                let at = ready_after(&stream, 0)?;
                stream.insert(at + 1, stream[at].clone());
            }
            Self::NoReset => {
                let at = stream.iter().position(|heard| heard.what == What::News(News::Reset))?;
                key(stream.get(at + 1)?)?;
                stream.remove(at);
            }
            // What stays from here to the end was there when it was ready.
            Self::ReadyTooEarly => {
                let ready = ready_after(&stream, 0)?;
                let at = (0..ready).find(|n| is_set(&stream[*n]))?;
                let News::Set { version, .. } = news(&stream[at])? else { return None };
                let is_of =
                    |call: &&Call| matches!(&call.outcome, Outcome::Versions(all) if all.contains(&version));
                let was_before =
                    calls.iter().find(is_of).is_some_and(|call| call.returned < stream[0].called);
                (was_before && is_the_only_word(&stream, at)).then_some(())?;
                let what = stream[ready].what;
                let early = Heard { what, ..stream[at].clone() };
                stream.remove(ready);
                stream.insert(at, early);
            }
            Self::ResumeSkips => {
                let began =
                    stream.iter().rposition(|heard| matches!(heard.what, What::Began { after: Some(_) }))?;
                let ready = ready_after(&stream, began)?;
                let at = (began..ready).find(|n| key(&stream[*n]).is_some() && is_last(&stream, *n))?;
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

fn news(heard: &Heard) -> Option<News> {
    match heard.what {
        What::News(news) => Some(news),
        _ => None,
    }
}

fn key(heard: &Heard) -> Option<Key> {
    match news(heard)? {
        News::Set { key, .. } | News::Gone { key, .. } => Some(key),
        News::Reset | News::Ready => None,
    }
}

fn is_set(heard: &Heard) -> bool {
    matches!(heard.what, What::News(News::Set { .. }))
}

fn is_gone(heard: &Heard) -> bool {
    matches!(heard.what, What::News(News::Gone { .. }))
}

/// Whether nothing is said of the key after this, nor all anew.
fn is_last(stream: &[Heard], at: usize) -> bool {
    let is_anew = |heard: &Heard| heard.what == What::News(News::Reset);
    stream[at + 1..].iter().all(|other| key(other) != key(&stream[at]) && !is_anew(other))
}

fn is_the_only_word(stream: &[Heard], at: usize) -> bool {
    stream.iter().filter(|other| key(other) == key(&stream[at])).count() == 1 && is_last(stream, at)
}

fn last_reset(stream: &[Heard]) -> usize {
    stream.iter().rposition(|heard| heard.what == What::News(News::Reset)).unwrap_or(0)
}

fn ready_after(stream: &[Heard], from: usize) -> Option<usize> {
    (from..stream.len()).find(|n| stream[*n].what == What::News(News::Ready))
}

/// Whether it was ready, and did not begin anew since.
fn is_live(stream: &[Heard], at: usize) -> bool {
    let begins =
        |heard: &&Heard| matches!(heard.what, What::Began { .. } | What::News(News::Ready | News::Reset));
    stream[..at].iter().rfind(begins).is_some_and(|heard| heard.what == What::News(News::Ready))
}
