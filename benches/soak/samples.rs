//! Samples of memory and latencies, and the verdict on growth.

use crate::latency::{Counts, Latencies, Op};
use benches::counting;
use benches::svg::with_unit;
use kv_core::StoreStats;
use std::fmt;
use std::time::Duration;

/// One sample.
pub(crate) struct Sample {
    pub(crate) at: Duration,
    /// Resident bytes of the process, if the system reports them.
    pub(crate) resident: Option<f64>,
    /// Bytes requested from the allocator and not freed.
    pub(crate) requested: f64,
    /// Bytes of entries, as reported by the store.
    pub(crate) counted: f64,
    entries: usize,
    pub(crate) counts: [Counts; Op::ALL.len()],
}

pub(crate) struct Samples {
    pub(crate) all: Vec<Sample>,
    /// Number of writes that limits rejected.
    pub(crate) rejected: u64,
    /// Bytes not freed when the store was dropped.
    pub(crate) kept: isize,
}

/// Growth allowed from the third quarter to the last: a part, plus a number of bytes.
struct Tolerance {
    part: f64,
    bytes: f64,
}

/// Tolerance for requested bytes minus the bytes of entries, which vary with the scheduling of the
/// threads.
const REQUESTED: Tolerance = Tolerance { part: 0.08, bytes: 512e3 };
/// Tolerance for resident bytes: the allocator may keep freed pages.
const RESIDENT: Tolerance = Tolerance { part: 0.05, bytes: 4e6 };
/// Bytes that threads, the standard library and the clock allocate once and keep.
const KEPT: isize = 256 << 10;

impl Samples {
    /// Allocates the samples in advance, so that they do not look like a leak.
    pub(crate) fn with_capacity(count: u32) -> Self {
        Self { all: Vec::with_capacity(count as usize), rejected: 0, kept: 0 }
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

    /// Returns details of the memory figures, as an error if memory has grown.
    pub(crate) fn verdict(&self) -> Result<String, String> {
        let quarter = self.all.len() / 4;
        let (before, after) = (&self.all[quarter * 2..quarter * 3], &self.all[quarter * 3..]);
        let mut details = Vec::new();
        let mut is_flat = true;
        let mut check = |name: &str, of: fn(&Sample) -> Option<f64>, tolerance: Tolerance| {
            let (Some(before), Some(after)) = (median(before, of), median(after, of)) else {
                details.push(format!("{name} is unknown"));
                return;
            };
            let most = before * (1.0 + tolerance.part) + tolerance.bytes;
            is_flat &= after <= most;
            details.push(format!(
                "{name} {} in the third quarter, {} in the last (at most {})",
                with_unit(before, "bytes"),
                with_unit(after, "bytes"),
                with_unit(most, "bytes")
            ));
        };
        check("requested beyond entries", |sample| Some(sample.requested - sample.counted), REQUESTED);
        check("resident", |sample| sample.resident, RESIDENT);
        is_flat &= self.kept <= KEPT;
        details.push(format!("{} bytes not freed with the store (at most {KEPT})", self.kept));
        if is_flat { Ok(details.join("; ")) } else { Err(details.join("; ")) }
    }

    /// Returns the histograms of an operation in the first and the second half of the time.
    fn halves(&self, op: usize) -> [Counts; 2] {
        let (first, second) = self.all.split_at(self.all.len() / 2);
        [first, second].map(|samples| {
            let mut all = Counts::EMPTY;
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
        write!(f, "latencies: first half → second half; limits rejected {} writes", self.rejected)
    }
}

fn median(samples: &[Sample], of: fn(&Sample) -> Option<f64>) -> Option<f64> {
    let mut all = samples.iter().map(of).collect::<Option<Vec<_>>>()?;
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

/// Returns the resident bytes of the process. Source: `proc_pid_statm(5)`; assumes pages of 4 KiB.
fn resident() -> Option<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096.0)
}
