//! What was seen, and whether memory stayed where it was.

use crate::latency::{Counts, Latencies, Op};
use benches::counting;
use benches::svg::with_unit;
use kv_core::StoreStats;
use std::fmt;
use std::time::Duration;

/// One look at everything.
pub(crate) struct Sample {
    pub(crate) at: Duration,
    /// Bytes in memory, as the system sees it; none where it does not say.
    pub(crate) resident: Option<f64>,
    /// Bytes requested of the allocator and not given back.
    pub(crate) requested: f64,
    /// Bytes of entries, as the store counts them.
    pub(crate) counted: f64,
    entries: usize,
    pub(crate) counts: [Counts; Op::ALL.len()],
}

pub(crate) struct Samples {
    pub(crate) all: Vec<Sample>,
    /// How many writes were refused.
    pub(crate) refused: u64,
    /// Bytes that were not given back with the store.
    pub(crate) kept: isize,
}

/// How much more the last quarter may take than the one before: a part, and bytes besides.
struct Tolerance {
    part: f64,
    bytes: f64,
}

/// Beyond what the store counts, which goes up and down with the threads' share of the processors.
const REQUESTED: Tolerance = Tolerance { part: 0.08, bytes: 512e3 };
/// The allocator keeps pages as it likes.
const RESIDENT: Tolerance = Tolerance { part: 0.05, bytes: 4e6 };
/// What threads, the standard library and the clock make once and keep.
const KEPT: isize = 256 << 10;

impl Samples {
    /// With room for so many: samples are not to look like a leak.
    pub(crate) fn with_room(count: u32) -> Self {
        Self { all: Vec::with_capacity(count as usize), refused: 0, kept: 0 }
    }

    pub(crate) fn take(&mut self, at: Duration, stats: &StoreStats, latencies: &Latencies) {
        self.all.push(Sample {
            at,
            resident: resident(),
            requested: counting::live() as f64,
            counted: stats.bytes as f64,
            entries: stats.entries,
            counts: latencies.take(),
        });
    }

    pub(crate) fn last_line(&self) -> String {
        let Some(last) = self.all.last() else { return String::new() };
        format!(
            "{:6.1} s: {} resident, {} requested, {} in {} entries",
            last.at.as_secs_f64(),
            last.resident.map_or_else(|| "?".to_owned(), |bytes| with_unit(bytes, "bytes")),
            with_unit(last.requested, "bytes"),
            with_unit(last.counted, "bytes"),
            last.entries,
        )
    }

    /// Whether memory stayed where it was; in either case, how it went.
    pub(crate) fn verdict(&self) -> Result<String, String> {
        let quarter = self.all.len() / 4;
        let (before, after) = (&self.all[quarter * 2..quarter * 3], &self.all[quarter * 3..]);
        let mut says = Vec::new();
        let mut is_flat = true;
        let mut judge = |name: &str, of: fn(&Sample) -> Option<f64>, tolerance: Tolerance| {
            let (Some(before), Some(after)) = (median(before, of), median(after, of)) else {
                says.push(format!("{name} is unknown"));
                return;
            };
            let most = before * (1.0 + tolerance.part) + tolerance.bytes;
            is_flat &= after <= most;
            says.push(format!(
                "{name} {} in the third quarter, {} in the last (at most {})",
                with_unit(before, "bytes"),
                with_unit(after, "bytes"),
                with_unit(most, "bytes")
            ));
        };
        judge("requested beyond entries", |sample| Some(sample.requested - sample.counted), REQUESTED);
        judge("resident", |sample| sample.resident, RESIDENT);
        is_flat &= self.kept <= KEPT;
        says.push(format!("{} bytes kept after the store (at most {KEPT})", self.kept));
        if is_flat { Ok(says.join("; ")) } else { Err(says.join("; ")) }
    }

    /// What took how long, in the first half and in the second.
    fn halves(&self, op: usize) -> [Counts; 2] {
        let (first, second) = self.all.split_at(self.all.len() / 2);
        [first, second].map(|samples| {
            let mut all = Counts::NONE;
            for sample in samples {
                all.add(&sample.counts[op]);
            }
            all
        })
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:18} {:>11}  {:>20} {:>20} {:>20}", "", "times", "p50", "p99", "p99.9")?;
        for (op, name) in Op::ALL {
            let halves = self.halves(op as usize);
            write!(f, "{name:18} {:>11} ", halves.iter().map(Counts::all).sum::<u64>())?;
            for part in [0.5, 0.99, 0.999] {
                let shown = halves
                    .map(|half| half.percentile(part).map_or("–".to_owned(), |ns| with_unit(ns, "ns")));
                write!(f, " {:>20}", shown.join(" → "))?;
            }
            writeln!(f)?;
        }
        write!(f, "from the first half to the second; {} writes were refused by limits", self.refused)
    }
}

fn median(samples: &[Sample], of: fn(&Sample) -> Option<f64>) -> Option<f64> {
    let mut all = samples.iter().map(of).collect::<Option<Vec<_>>>()?;
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

/// Source: `proc_pid_statm(5)`; pages are of 4 KiB on the machines that have the file.
fn resident() -> Option<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096.0)
}
