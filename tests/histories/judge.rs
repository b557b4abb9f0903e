//! Runs scripts, judges what was recorded, and makes what was found wrong small.

use crate::checker;
use crate::history::{Call, Kind};
use crate::record::{Recording, Script, run};
use crate::small::{Fault, Small};
use crate::store::{Store, real};
use crate::stream;
use kv_core::{Expiry, ManualClock};

/// Which store is driven.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Driven {
    Real,
    Small(Option<Fault>),
}

impl Driven {
    pub(crate) fn record(self, script: &Script) -> Recording {
        let clock = &ManualClock::new();
        let expiry = if script.in_background { Expiry::Background } else { Expiry::Manual };
        let store: Box<dyn Store> = match self {
            Self::Real => real(script.kind, clock, expiry),
            Self::Small(fault) => Box::new(Small::new(script.kind, fault, clock)),
        };
        run(script, &*store, clock)
    }

    /// Drops operations from a script as long as it still goes wrong, and tells of the shortest history that did.
    pub(crate) fn report(self, script: &Script, recording: Recording, wrong: String) -> Report {
        let mut script = script.clone();
        let mut report = Report { recording, wrong };
        for _ in 0..4 {
            let before = script.clone();
            for thread in 0..script.threads.len() {
                for nth in (0..script.threads[thread].len()).rev() {
                    let mut shorter = script.clone();
                    shorter.threads[thread].remove(nth);
                    if let Some(found) = self.goes_wrong(&shorter, 40) {
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

    fn goes_wrong(self, script: &Script, tries: usize) -> Option<Report> {
        (0..tries).find_map(|_| {
            let recording = self.record(script);
            judge(&recording, script.kind).err().map(|wrong| Report { recording, wrong })
        })
    }
}

/// A history that is wrong, and why.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) recording: Recording,
    pub(crate) wrong: String,
}

impl Report {
    /// Without what did nothing but read, and is not needed. What is left is no less wrong: a right history stays right.
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

    pub(crate) fn show(&self, script: &Script, store: Driven) -> String {
        let mut calls: Vec<&Call> = self.recording.calls.iter().collect();
        calls.sort_by_key(|call| call.called);
        let lines: Vec<_> = calls.iter().map(|call| format!("  {call}\n")).collect();
        let streams = self.recording.streams.iter().map(|stream| stream::show(stream)).collect::<Vec<_>>();
        format!(
            "{store:?} of {:?}: {}\nthe shortest history found:\n{}who watched:\n{}\nrun it again with KV_HISTORIES_SEED={} KV_HISTORIES=1000",
            script.kind,
            self.wrong,
            lines.concat(),
            streams.join("\n"),
            script.seed
        )
    }
}

/// Whether a recording is one of a store that keeps its promises.
pub(crate) fn judge(recording: &Recording, kind: Kind) -> Result<(), String> {
    let knowledge = stream::check(recording, kind)?;
    checker::check(&recording.calls, kind).map_err(|wrong| wrong.to_string())?;
    if !knowledge.is_empty() {
        let all: Vec<Call> = recording.calls.iter().cloned().chain(knowledge).collect();
        checker::check(&all, kind).map_err(|wrong| wrong.to_string())?;
    }
    Ok(())
}
