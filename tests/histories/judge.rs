//! Runs scripts, judges the recordings, and minimizes the wrong ones.

use crate::checker;
use crate::history::{Call, Kind};
use crate::record::{Recording, Script, run};
use crate::small::{Fault, SmallStore};
use crate::store::{Store, real};
use crate::stream;
use kv_core::{Expiry, ManualClock};

/// The store under test.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    Real,
    SmallStore(Option<Fault>),
}

impl Subject {
    pub(crate) fn record(self, script: &Script) -> Recording {
        let clock = &ManualClock::new();
        let expiry = if script.in_background { Expiry::Background } else { Expiry::Manual };
        let store: Box<dyn Store> = match self {
            Self::Real => real(script.kind, clock, expiry),
            Self::SmallStore(fault) => Box::new(SmallStore::new(script.kind, fault, clock)),
        };
        run(script, &*store, clock)
    }

    /// Removes operations from a script as long as it still fails, and reports the shortest wrong
    /// history.
    pub(crate) fn report(self, script: &Script, recording: Recording, wrong: String) -> Report {
        let mut script = script.clone();
        let mut report = Report { recording, wrong };
        for _ in 0..4 {
            let before = script.clone();
            for thread in 0..script.threads.len() {
                for nth in (0..script.threads[thread].len()).rev() {
                    let mut shorter = script.clone();
                    shorter.threads[thread].remove(nth);
                    if let Some(found) = self.find_wrong(&shorter, 40) {
                        (script, report) = (shorter, found);
                    }
                }
            }
            if script.threads == before.threads {
                break;
            }
        }
        report.without_reads(script.kind)
    }

    fn find_wrong(self, script: &Script, tries: usize) -> Option<Report> {
        (0..tries).find_map(|_| {
            let recording = self.record(script);
            judge(&recording, script.kind).err().map(|wrong| Report { recording, wrong })
        })
    }
}

/// A wrong history and the reason.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) recording: Recording,
    pub(crate) wrong: String,
}

impl Report {
    /// Removes the reads that the counterexample does not need. The rest is still a counterexample,
    /// since a correct history stays correct without a read.
    fn without_reads(mut self, kind: Kind) -> Self {
        for nth in (0..self.recording.calls.len()).rev() {
            let mut shorter = self.recording.clone();
            if shorter.calls[nth].is_read() {
                shorter.calls.remove(nth);
                if let Err(wrong) = judge(&shorter, kind) {
                    self = Self { recording: shorter, wrong };
                }
            }
        }
        self
    }

    pub(crate) fn show(&self, script: &Script, store: Subject) -> String {
        let mut calls: Vec<&Call> = self.recording.calls.iter().collect();
        calls.sort_by_key(|call| call.called);
        let lines: Vec<_> = calls.iter().map(|call| format!("  {call}\n")).collect();
        let streams = self.recording.streams.iter().map(|stream| stream::show(stream)).collect::<Vec<_>>();
        format!(
            "{store:?} of {:?}: {}\nthe shortest history found:\n{}watchers received:\n{}\nset KV_HISTORIES_SEED={} KV_HISTORIES=1000 to run it again",
            script.kind,
            self.wrong,
            lines.concat(),
            streams.join("\n"),
            script.seed
        )
    }
}

/// Checks that a recording is one of a correct store.
pub(crate) fn judge(recording: &Recording, kind: Kind) -> Result<(), String> {
    let states = stream::check(recording, kind)?;
    checker::check(&recording.calls, kind).map_err(|wrong| wrong.to_string())?;
    if !states.is_empty() {
        let all: Vec<Call> = recording.calls.iter().cloned().chain(states).collect();
        checker::check(&all, kind).map_err(|wrong| wrong.to_string())?;
    }
    Ok(())
}
